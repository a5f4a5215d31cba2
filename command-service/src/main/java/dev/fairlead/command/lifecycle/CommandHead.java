package dev.fairlead.command.lifecycle;

import dev.fairlead.bus.identity.DeviceKey;
import java.time.Instant;
import java.util.Optional;

/// What decides about a command's next step.
///
/// @param id of the command
/// @param device that is to obey
/// @param state where it stands
/// @param attempt how often it was sent
/// @param session to which it was sent last
/// @param gateway that held that session
/// @param leaseUntil until when a sign of the device is waited for before it is sent again
/// @param late how many late replies its history has
public record CommandHead(
    CommandId id,
    DeviceKey device,
    CommandState state,
    int attempt,
    Optional<String> session,
    Optional<String> gateway,
    Optional<Instant> leaseUntil,
    int late) {}
