package dev.fairlead.registry.tenant;

import java.time.Instant;

/// A tenant as the API shows it.
///
/// @param suspended whether its devices and keys are shut out
record TenantDocument(String id, String name, boolean suspended, Instant createdAt) {}
