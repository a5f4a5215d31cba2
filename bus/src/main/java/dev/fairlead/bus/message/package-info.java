/// What the services say to each other: one record type for each kind of message, each with its own
/// way onto the bus and back.
@NullMarked
package dev.fairlead.bus.message;

import org.jspecify.annotations.NullMarked;
