/// Limits of tenants as the registry keeps them: how many devices there may be, what is used of
/// everything else at which process, and the shares that come of it.
@NullMarked
package dev.fairlead.registry.limit;

import org.jspecify.annotations.NullMarked;
