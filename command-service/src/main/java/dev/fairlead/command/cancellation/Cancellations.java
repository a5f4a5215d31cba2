package dev.fairlead.command.cancellation;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.cancellation.PgCancellations.Cancelled;
import dev.fairlead.command.dispatch.CommandDispatcher;
import dev.fairlead.command.dispatch.CommandSender;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.waiting.PgNotices;
import dev.fairlead.runtime.audit.Act;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/// Takes commands back, and tells those whom it concerns.
public final class Cancellations {

  private final PgCancellations cancellations;
  private final CommandSender sender;
  private final CommandDispatcher dispatcher;
  private final PgNotices notices;

  /// Makes them.
  public Cancellations(
      PgCancellations cancellations,
      CommandSender sender,
      CommandDispatcher dispatcher,
      PgNotices notices) {
    this.cancellations = cancellations;
    this.sender = sender;
    this.dispatcher = dispatcher;
    this.notices = notices;
  }

  /// Cancels one.
  ///
  /// @param by who does, for the history
  /// @return fails with `command-final` when it has ended before
  public Future<Void> cancel(Command command, String by, Act act) {
    return cancellations
        .cancel(command, by, act)
        .map(
            cancelled -> {
              told(List.of(cancelled));
              return null;
            });
  }

  /// Cancels all of a device that have not ended.
  ///
  /// @return how many
  public Future<Integer> cancelAll(DeviceKey device, String by, Act act) {
    return cancellations.cancelAll(device, by, act).map(this::told);
  }

  /// Cancels those of some commands that have not ended.
  ///
  /// @param act for the audit, unless that was done for all
  /// @return how many
  public Future<Integer> cancel(PgCancellations.Some some, String by, Optional<Act> act) {
    return cancellations.cancel(some, by, act).map(this::told);
  }

  private int told(List<Cancelled> cancelled) {
    for (Cancelled each : cancelled) {
      each.session().ifPresent(session -> sender.cancel(each.id(), each.device(), session));
    }
    if (!cancelled.isEmpty()) {
      notices.ended(cancelled.stream().map(Cancelled::id).toList());
      dispatcher.poke();
    }
    return cancelled.size();
  }
}
