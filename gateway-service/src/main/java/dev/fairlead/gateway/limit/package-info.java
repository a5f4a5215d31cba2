/// Keeps tenants and devices to their limits: places for connections, and the pace at which devices
/// are read.
@NullMarked
package dev.fairlead.gateway.limit;

import org.jspecify.annotations.NullMarked;
