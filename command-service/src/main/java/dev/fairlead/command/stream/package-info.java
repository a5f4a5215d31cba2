/// The steps of commands for those who follow them.
@NullMarked
package dev.fairlead.command.stream;

import org.jspecify.annotations.NullMarked;
