package dev.fairlead.registry.change;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import java.time.Instant;
import java.util.Optional;

/// Something that happened.
///
/// @param tenant whose feed it belongs to
/// @param device the id of the device that it happened to; empty for what is no device's
/// @param at when
/// @param data what there is to tell; not to be changed afterwards
public record Change(
    TenantId tenant, Optional<String> device, ChangeKind kind, Instant at, ObjectNode data) {

  /// Something that happened to a device.
  public static Change of(DeviceKey device, ChangeKind kind, Instant at, ObjectNode data) {
    return new Change(device.tenant(), Optional.of(device.device().value()), kind, at, data);
  }
}
