/// JSON Schema for what devices send and are sent: the part of draft 2020-12 whose cost can be
/// bounded, so that neither a schema nor a document can hold up whoever checks it.
@NullMarked
package dev.fairlead.bus.schema;

import org.jspecify.annotations.NullMarked;
