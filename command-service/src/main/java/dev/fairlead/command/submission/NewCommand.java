package dev.fairlead.command.submission;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.idempotency.PgIdempotency;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.Order;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.tracing.TraceContext;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A command that somebody wants to send.
///
/// @param id that it is to have
/// @param device that is to obey
/// @param kind what is to be done
/// @param body the parameters, if any
/// @param order when it is sent, next to others of the device
/// @param deadline when it is no longer worth running
/// @param notifying whether its end is told in the change feed
/// @param correlation by which its sender knows it again; nothing is done by it
/// @param claim by what its sender knows it again
/// @param batch the request that makes it together with others
/// @param act for the audit; empty for one of many that were asked for together
/// @param trace that the request is a step of
public record NewCommand(
    CommandId id,
    DeviceKey device,
    String kind,
    Optional<Payload> body,
    Order order,
    Instant deadline,
    boolean notifying,
    Optional<String> correlation,
    Optional<PgIdempotency.Claim> claim,
    Optional<UUID> batch,
    Optional<Act> act,
    Optional<TraceContext> trace) {}
