package dev.fairlead.runtime.http;

import static java.util.Objects.requireNonNull;

import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

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

  /// The tenant that a request of this principal is about: the principal's own, or the one that a
  /// platform admin names in it. What it names wrongly is refused later.
  String tenantIn(HttpServerRequest request) {
    @Nullable String chosen = request.getHeader(ApiRequest.TENANT_HEADER);
    return role == Role.PLATFORM && chosen != null && ApiRequest.isTenant(chosen) ? chosen : tenant;
  }

  /// Whether a request names another tenant, and this principal may not.
  boolean choosesInVain(HttpServerRequest request) {
    @Nullable String chosen = request.getHeader(ApiRequest.TENANT_HEADER);
    return chosen != null && role != Role.PLATFORM && !chosen.equals(tenant);
  }
}
