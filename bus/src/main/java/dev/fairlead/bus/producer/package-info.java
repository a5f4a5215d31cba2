/// Writing to the bus without ever blocking the caller: producers by profile, each under a byte
/// budget.
@NullMarked
package dev.fairlead.bus.producer;

import org.jspecify.annotations.NullMarked;
