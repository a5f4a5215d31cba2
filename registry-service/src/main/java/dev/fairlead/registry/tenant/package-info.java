/// Tenants: the owners of devices and keys. A platform admin makes, suspends and deletes them; what
/// admission has to know of a suspension is said on `fairlead.access`.
@NullMarked
package dev.fairlead.registry.tenant;

import org.jspecify.annotations.NullMarked;
