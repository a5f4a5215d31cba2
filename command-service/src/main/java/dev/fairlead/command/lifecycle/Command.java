package dev.fairlead.command.lifecycle;

import dev.fairlead.bus.identity.DeviceKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A command as people see it.
///
/// @param id stable through all attempts
/// @param device that is to obey
/// @param sequence its place in the order in which commands were made
/// @param kind what is to be done, an open word
/// @param body the parameters; empty when there are none
/// @param state where it stands
/// @param attempt how often it was sent
/// @param order when it is sent, next to others of its device
/// @param deadline when it is no longer worth running
/// @param notifying whether its end is told in the change feed
/// @param correlation by which its sender knows it again; nothing is done by it
/// @param createdAt when it was made
/// @param progress how far the device is with it
/// @param result what the device answered
/// @param history what happened to it, oldest first; at most [CommandEdit#HISTORY_MAX] lines
public record Command(
    CommandId id,
    DeviceKey device,
    long sequence,
    String kind,
    Optional<Payload> body,
    CommandState state,
    int attempt,
    Order order,
    Instant deadline,
    boolean notifying,
    Optional<String> correlation,
    Instant createdAt,
    Optional<CommandProgress> progress,
    Optional<CommandResult> result,
    List<HistoryEntry> history) {

  /// Copies the history.
  public Command {
    history = List.copyOf(history);
  }
}
