package dev.fairlead.command.lifecycle;

import dev.fairlead.command.lifecycle.Step.Late;
import dev.fairlead.command.lifecycle.Step.Moved;
import dev.fairlead.command.lifecycle.Step.Nothing;
import dev.fairlead.command.lifecycle.Step.SentAgain;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What happens to one command within one transaction: events go in, the new values of its row come
/// out. Belongs to one thread.
public final class CommandEdit {

  /// The most lines of a history. The oldest but the first makes room for a new one.
  public static final int HISTORY_MAX = 100;

  /// The most late replies that are kept.
  public static final int LATE_MAX = 16;

  private final CommandHead before;
  private final List<HistoryEntry> entries = new ArrayList<>();
  private CommandState state;
  private int attempt;
  private Optional<String> session;
  private Optional<String> gateway;
  private Optional<Instant> leaseUntil;
  private Optional<CommandResult> result = Optional.empty();
  private Optional<CommandProgress> progress = Optional.empty();
  private int late;
  private boolean changed;

  /// Begins with what the row says.
  public CommandEdit(CommandHead before) {
    this.before = before;
    this.state = before.state();
    this.attempt = before.attempt();
    this.session = before.session();
    this.gateway = before.gateway();
    this.leaseUntil = before.leaseUntil();
    this.late = before.late();
  }

  /// It is being sent to a session. Without effect on a command that has ended.
  ///
  /// @param leaseUntil when it is due again unless the device says something
  /// @param why it is sent again; empty for the first time
  public Step sent(
      Instant at, String session, String gateway, Instant leaseUntil, Optional<String> why) {
    Step step = state.on(new CommandEvent.Sent());
    if (!(step instanceof Nothing)) {
      attempt++;
      this.session = Optional.of(session);
      this.gateway = Optional.of(gateway);
      this.leaseUntil = Optional.of(leaseUntil);
      take(step, at, this.session, why);
    }
    return step;
  }

  /// The device said something in a session.
  ///
  /// @param event one of the device's
  /// @param answer what goes with [CommandEvent.Ended]
  public Step replied(
      CommandEvent event,
      Instant at,
      String session,
      Optional<String> reason,
      Optional<CommandResult> answer) {
    // A sign from an older session does not tell that the last sending has arrived.
    if (this.session.equals(Optional.of(session)) && leaseUntil.isPresent()) {
      leaseUntil = Optional.empty();
      changed = true;
    }
    if (event instanceof CommandEvent.Progressed progressed && !state.isFinal()) {
      progress = Optional.of(new CommandProgress(at, progressed.said()));
      changed = true;
    }
    Step step = state.on(event);
    take(step, at, Optional.of(session), reason);
    if (step instanceof Moved && state.isFinal()) {
      result = answer;
    }
    return step;
  }

  /// Somebody or the time put an end to it. Without effect on a command that has ended.
  public Step ended(CommandEvent event, Instant at, String reason) {
    Step step = state.on(event);
    take(step, at, Optional.empty(), Optional.of(reason));
    return step;
  }

  private void take(Step step, Instant at, Optional<String> where, Optional<String> reason) {
    switch (step) {
      case Moved moved -> {
        state = moved.to();
        if (state.isFinal()) {
          leaseUntil = Optional.empty();
        }
        add(state, at, where, reason, false);
      }
      case SentAgain _ -> add(state, at, where, reason, false);
      case Late after -> {
        if (late < LATE_MAX) {
          late++;
          add(after.said(), at, where, reason, true);
        }
      }
      case Nothing _ -> {}
    }
  }

  private void add(
      CommandState at, Instant when, Optional<String> where, Optional<String> why, boolean late) {
    changed = true;
    Optional<String> holder =
        where.equals(session) ? gateway.filter(_ -> where.isPresent()) : Optional.empty();
    entries.add(new HistoryEntry(at, when, attempt, where, holder, why, late));
  }

  /// What the row said.
  public CommandHead before() {
    return before;
  }

  /// What the row is to say.
  public CommandHead after() {
    return new CommandHead(
        before.id(), before.device(), state, attempt, session, gateway, leaseUntil, late);
  }

  /// The new lines of the history.
  public List<HistoryEntry> entries() {
    return List.copyOf(entries);
  }

  /// What the device answered, where that ended the command now.
  public Optional<CommandResult> result() {
    return result;
  }

  /// How far the device is with it, where it said so now.
  public Optional<CommandProgress> progress() {
    return progress;
  }

  /// Whether there is anything to write.
  public boolean isChanged() {
    return changed;
  }

  /// The line of the history that is the command's end, where it has come to it in this edit.
  Optional<HistoryEntry> end() {
    return isEnding()
        ? entries.stream().filter(entry -> entry.state().isFinal() && !entry.late()).findFirst()
        : Optional.empty();
  }

  /// Whether the command has come to its end in this edit.
  public boolean isEnding() {
    return state.isFinal() && !before.state().isFinal();
  }
}
