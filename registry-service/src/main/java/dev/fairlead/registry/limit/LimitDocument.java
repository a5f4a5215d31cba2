package dev.fairlead.registry.limit;

import org.jspecify.annotations.Nullable;

/// A limit of a tenant as the API shows it.
///
/// @param name as in the tenant's `limits`
/// @param limit how much there may be
/// @param used how much there is, in all processes together, rounded up; null for the limits of
///     each device
record LimitDocument(String name, long limit, @Nullable Long used) {}
