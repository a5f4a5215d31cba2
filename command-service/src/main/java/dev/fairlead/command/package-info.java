/// Commands, from the request of a person to the result of a device: the service, its configuration
/// and its main.
@NullMarked
package dev.fairlead.command;

import org.jspecify.annotations.NullMarked;
