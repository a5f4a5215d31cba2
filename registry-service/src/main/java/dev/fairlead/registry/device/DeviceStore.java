package dev.fairlead.registry.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.runtime.audit.Act;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Keeps devices. What it writes it also says on the bus, through the outbox.
interface DeviceStore {

  /// Makes a device.
  ///
  /// @param plan the token that it will be given
  /// @param act for the audit
  /// @return fails with the problems `device-exists`, `quota-exceeded` and `tenant-not-found`
  Future<Made> create(
      DeviceKey device,
      DeviceDescription description,
      DeviceTokens.Plan plan,
      Instant now,
      Act act);

  /// A device that was made.
  ///
  /// @param generation of its credentials
  /// @param outboxId the place in the outbox of what was said about it
  record Made(long generation, long outboxId) {}

  /// Makes a sub-device, which needs no token.
  ///
  /// @param parent speaks for it
  /// @param act for the audit
  /// @return the place in the outbox of what was said about it; fails with the problems
  ///     `device-exists`, `device-not-found`, `sub-device`, `quota-exceeded` and
  ///     `tenant-not-found`
  Future<Long> createBelow(
      DeviceKey parent, DeviceKey device, DeviceDescription description, Instant now, Act act);

  /// Everything about a device.
  ///
  /// @return fails with the problem `device-not-found`
  Future<DeviceDocument> get(DeviceKey device);

  /// Devices in the order of their ids.
  ///
  /// @param after the id before the first
  /// @param now what times in the filter count from
  /// @return fails with the problems `validation-failed` for groups that cannot be resolved, and
  ///     `filter-too-slow`
  Future<Listed> list(DeviceFilter filter, Optional<String> after, int limit, Instant now);

  /// Some devices.
  ///
  /// @param indexed whether an index leads to what meets the filter
  record Listed(List<DeviceDocument.Summary> devices, boolean indexed) {
    public Listed {
      devices = List.copyOf(devices);
    }
  }

  /// Changes what is said about a device, and whether it is shut out.
  ///
  /// @param patch a merge patch that matches the contract
  /// @param act for the audit
  /// @return the place in the outbox of whether it is shut out, if the patch says so; fails with
  ///     the problem `device-not-found`, and with `validation-failed` when there would be too many
  ///     tags
  Future<Optional<Long>> patch(DeviceKey device, ObjectNode patch, Instant now, Act act);

  /// Removes a device, revokes its credentials and has its session closed.
  ///
  /// @param revokedUntil when a token that is made now would run out
  /// @param act for the audit
  /// @return the last place in the outbox of what was said about it; fails with the problem
  ///     `device-not-found`, and with `has-sub-devices`
  Future<Long> delete(DeviceKey device, Instant revokedUntil, Instant now, Act act);
}
