package dev.fairlead.command.lifecycle;

import dev.fairlead.command.lifecycle.CommandEvent.Cancelled;
import dev.fairlead.command.lifecycle.CommandEvent.Delivered;
import dev.fairlead.command.lifecycle.CommandEvent.Ended;
import dev.fairlead.command.lifecycle.CommandEvent.Expired;
import dev.fairlead.command.lifecycle.CommandEvent.Progressed;
import dev.fairlead.command.lifecycle.CommandEvent.Sent;
import dev.fairlead.command.lifecycle.Step.Late;
import dev.fairlead.command.lifecycle.Step.Moved;
import dev.fairlead.command.lifecycle.Step.Nothing;
import dev.fairlead.command.lifecycle.Step.SentAgain;
import java.util.Locale;
import java.util.Optional;

/// Where a command stands.
///
/// `queued → sent → delivered → running → succeeded | failed | rejected`, with `expired` and
/// `cancelled` from every state before the end. Steps forward may be left out; there is none back,
/// and none out of a final state.
public enum CommandState {
  /// Waits for a session of its device.
  QUEUED,
  /// Given to a gateway; the device has not yet said that it has it.
  SENT,
  /// The device has it.
  DELIVERED,
  /// The device is at it.
  RUNNING,
  /// The device did it.
  SUCCEEDED,
  /// The device could not do it.
  FAILED,
  /// The device would not do it.
  REJECTED,
  /// Its deadline passed first.
  EXPIRED,
  /// Somebody took it back first.
  CANCELLED;

  private final String word = name().toLowerCase(Locale.ROOT);

  /// The word in the API and in the database.
  public String word() {
    return word;
  }

  /// The state with this word.
  public static Optional<CommandState> of(String word) {
    for (CommandState state : values()) {
      if (state.word.equals(word)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }

  /// Whether the command has come to its end.
  public boolean isFinal() {
    return compareTo(RUNNING) > 0;
  }

  /// What an event does to a command in this state.
  public Step on(CommandEvent event) {
    return isFinal() ? afterEnd(event) : beforeEnd(event);
  }

  private Step beforeEnd(CommandEvent event) {
    return switch (event) {
      case Sent _ -> this == QUEUED ? new Moved(SENT) : new SentAgain();
      case Delivered _ -> forwardTo(DELIVERED);
      case Progressed _ -> forwardTo(RUNNING);
      case Ended ended -> new Moved(ended.outcome().state());
      case Expired _ -> new Moved(EXPIRED);
      case Cancelled _ -> new Moved(CANCELLED);
    };
  }

  private Step afterEnd(CommandEvent event) {
    return switch (event) {
      case Sent _, Expired _, Cancelled _ -> new Nothing();
      case Delivered _ -> new Late(DELIVERED);
      case Progressed _ -> new Late(RUNNING);
      case Ended ended ->
          ended.outcome().state() == this ? new Nothing() : new Late(ended.outcome().state());
    };
  }

  private Step forwardTo(CommandState state) {
    return compareTo(state) < 0 ? new Moved(state) : new Nothing();
  }
}
