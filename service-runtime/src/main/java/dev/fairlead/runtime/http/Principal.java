package dev.fairlead.runtime.http;

import static java.util.Objects.requireNonNull;

/// Who sends a request.
///
/// @param id the key or the person, as it is named in the audit
/// @param tenant the tenant of the key
/// @param role what the key allows
public record Principal(String id, String tenant, Role role) {
  public Principal {
    requireNonNull(id);
    requireNonNull(tenant);
    requireNonNull(role);
  }
}
