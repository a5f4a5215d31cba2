package dev.fairlead.command.dispatch;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.command.session.LiveSession;
import dev.fairlead.runtime.tracing.TraceContext;
import java.time.Instant;
import java.util.Optional;

/// One sending of a command, after it was written down.
///
/// @param id of the command
/// @param device that is to obey
/// @param to where the device is, or its parent, which hears for it
/// @param kind what is to be done
/// @param deadline when it is no longer worth running
/// @param attempt which sending this is, from 1
/// @param body the parameters, if any
/// @param trace that it is a step of
public record Delivery(
    CommandId id,
    DeviceKey device,
    LiveSession to,
    String kind,
    Instant deadline,
    int attempt,
    Optional<Payload> body,
    Optional<TraceContext> trace) {

  /// The mail to the gateway.
  BusRecord toRecord() {
    return new InboxMessage.Deliver(
            to.holder(),
            to.session(),
            to.subDevice(device),
            id.toString(),
            kind,
            deadline.toEpochMilli(),
            attempt,
            body.map(Payload::contentType).orElse(Headers.JSON),
            body.map(Payload::bytes).orElse(InboxMessage.NOTHING))
        .toRecord(to.address());
  }
}
