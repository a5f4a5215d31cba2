package dev.fairlead.registry.tenant;

import java.time.Instant;
import java.util.Map;

/// A tenant as the API shows it.
///
/// @param suspended whether its devices and keys are shut out
/// @param deleting whether it goes, with its devices, as soon as these are gone
/// @param limits all that hold for it, by their names
record TenantDocument(
    String id,
    String name,
    boolean suspended,
    boolean deleting,
    Map<String, Long> limits,
    Instant createdAt) {

  /// The same once its deletion has begun.
  TenantDocument beingDeleted() {
    return new TenantDocument(id, name, true, true, limits, createdAt);
  }
}
