/// Taking commands back: one, some, or all of a device.
@NullMarked
package dev.fairlead.command.cancellation;

import org.jspecify.annotations.NullMarked;
