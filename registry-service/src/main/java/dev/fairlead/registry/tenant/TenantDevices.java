package dev.fairlead.registry.tenant;

import dev.fairlead.bus.identity.TenantId;
import io.vertx.core.Future;

/// The devices of a tenant that is being deleted.
public interface TenantDevices {

  /// Deletes a few of them.
  ///
  /// @return whether there were any
  Future<Boolean> deleteSome(TenantId tenant);
}
