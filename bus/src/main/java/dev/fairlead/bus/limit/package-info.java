/// What a tenant and a device may use: the kinds of limits, their defaults and what a tenant has
/// instead of them.
@NullMarked
package dev.fairlead.bus.limit;

import org.jspecify.annotations.NullMarked;
