package dev.fairlead.command.api;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.Order;
import dev.fairlead.command.lifecycle.Payload;
import java.time.Instant;
import java.util.Optional;

/// A command that somebody wants to send.
///
/// @param id that it is to have
/// @param device that is to obey
/// @param kind what is to be done
/// @param body the parameters, if any
/// @param order when it is sent, next to others of the device
/// @param deadline when it is no longer worth running
/// @param notifying whether its end is told in the change feed
/// @param idempotency by what its sender knows it again
record NewCommand(
    CommandId id,
    DeviceKey device,
    String kind,
    Optional<Payload> body,
    Order order,
    Instant deadline,
    boolean notifying,
    Optional<Idempotency> idempotency) {

  /// What makes two requests the same.
  ///
  /// @param key that the sender chose
  /// @param requestSha256 of the device and the body of the request; not copied
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Idempotency(String key, byte[] requestSha256) {}
}
