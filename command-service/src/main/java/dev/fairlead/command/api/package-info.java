/// The HTTP interface for people and programs: giving commands, reading and listing them,
/// cancelling.
@NullMarked
package dev.fairlead.command.api;

import org.jspecify.annotations.NullMarked;
