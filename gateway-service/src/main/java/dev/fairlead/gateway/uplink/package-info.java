/// What devices say, on its way to the bus: acknowledged after the bus has it, and held when the
/// bus does not take it.
@NullMarked
package dev.fairlead.gateway.uplink;

import org.jspecify.annotations.NullMarked;
