/// Which devices exist, as the registry says on the bus.
@NullMarked
package dev.fairlead.command.device;

import org.jspecify.annotations.NullMarked;
