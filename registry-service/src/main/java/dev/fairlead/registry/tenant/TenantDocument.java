package dev.fairlead.registry.tenant;

import java.time.Instant;
import java.util.Map;

/// A tenant as the API shows it.
///
/// @param suspended whether its devices and keys are shut out
/// @param limits all that hold for it, by their names
record TenantDocument(
    String id, String name, boolean suspended, Map<String, Long> limits, Instant createdAt) {}
