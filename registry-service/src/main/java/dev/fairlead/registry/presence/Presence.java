package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.SessionMessage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Whether a device is connected, by what `fairlead.sessions` said of it. The newest epoch is the
/// only live one; records of older ones are history and never change the state.
///
/// @param online whether `session` lives
/// @param session the newest session that was heard of, or the last that lived
/// @param newest the newest epoch that was heard of; empty before the first and after the log began
///     anew
/// @param since when `online` last changed, or the newest session took over
/// @param lastSeenAt the newest time of a record
/// @param reason why the device is offline
/// @param history its last sessions
/// @param flapping that it connects, or connected, too often; may be over
record Presence(
    boolean online,
    Optional<LiveSession> session,
    Optional<Epoch> newest,
    Optional<Instant> since,
    Optional<Instant> lastSeenAt,
    Optional<String> reason,
    SessionHistory history,
    Optional<Flapping> flapping) {

  /// Of a device that was never heard of.
  static final Presence NEVER =
      new Presence(
          false,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          SessionHistory.NONE,
          Optional.empty());

  /// A session that its gateway is to close.
  record Closing(LiveSession session, String reason) {}

  /// What a record leads to.
  record Step(Presence after, List<Closing> closings) {
    Step {
      closings = List.copyOf(closings);
    }
  }

  /// Takes in a record.
  ///
  /// @param at its time
  Step after(SessionMessage message, Instant at) {
    return switch (message) {
      case SessionMessage.Opened opened ->
          opened(new LiveSession(opened.session(), opened.epoch(), opened.place()), at);
      case SessionMessage.Resumed resumed ->
          resumed(new LiveSession(resumed.session(), resumed.epoch(), resumed.place()), at);
      case SessionMessage.Closed closed -> closed(closed, at);
    };
  }

  /// Sees whether the device connects too often.
  Presence judged(FlappingSettings settings) {
    Optional<Flapping> now = Flapping.of(history, settings, flapping);
    return now.equals(flapping)
        ? this
        : new Presence(online, session, newest, since, lastSeenAt, reason, history, now);
  }

  /// Whether it connected too often just before a time.
  boolean isFlapping(Instant at) {
    return flapping.filter(known -> known.until().isAfter(at)).isPresent();
  }

  private Step opened(LiveSession heard, Instant at) {
    if (newest.isEmpty() || heard.epoch().isNewerThan(newest.get())) {
      return new Step(live(heard, at, history.opened(heard, at)), replacedBy(heard));
    }
    if (heard.epoch().equals(newest.get())) {
      return new Step(this, List.of()); // the same record again
    }
    return history.knowsAsClosed(heard.id())
        ? new Step(this, List.of()) // an old record, read again
        : late(heard, at);
  }

  private Step resumed(LiveSession heard, Instant at) {
    if (newest.isPresent() && newest.get().isNewerThan(heard.epoch())) {
      return late(heard, at);
    }
    boolean other = session.filter(known -> known.is(heard.id(), heard.epoch())).isEmpty();
    if (newest.filter(heard.epoch()::equals).isPresent() && other) {
      return late(heard, at); // two sessions cannot share an epoch; the first one heard of has it
    }
    if (online && !other) {
      return new Step(seen(at), List.of());
    }
    return new Step(live(heard, at, history.resumed(heard, at)), replacedBy(heard));
  }

  private Step closed(SessionMessage.Closed closed, Instant at) {
    SessionHistory after = history.closed(closed.session(), at, closed.reason());
    if (session.filter(known -> known.is(closed.session(), closed.epoch())).isPresent()) {
      return new Step(online ? offline(closed, at, after) : remembering(after), List.of());
    }
    if (newest.isPresent() && !closed.epoch().isNewerThan(newest.get())) {
      return new Step(remembering(after), List.of());
    }
    // A newer session came and went, and compaction took its first record away.
    Presence overtaken =
        new Presence(
            online,
            session,
            Optional.of(closed.epoch()),
            since,
            lastSeen(at),
            reason,
            after,
            flapping);
    return new Step(overtaken, online ? closing(session, CloseReason.REPLACED) : List.of());
  }

  private Step late(LiveSession heard, Instant at) {
    return new Step(
        remembering(history.opened(heard, at)), List.of(new Closing(heard, CloseReason.REPLACED)));
  }

  private List<Closing> replacedBy(LiveSession heard) {
    return online
        ? closing(session.filter(known -> !known.id().equals(heard.id())), CloseReason.REPLACED)
        : List.of();
  }

  private static List<Closing> closing(Optional<LiveSession> session, String reason) {
    return session.map(known -> new Closing(known, reason)).stream().toList();
  }

  private Presence live(LiveSession heard, Instant at, SessionHistory sessions) {
    return new Presence(
        true,
        Optional.of(heard),
        Optional.of(heard.epoch()),
        Optional.of(at),
        lastSeen(at),
        Optional.empty(),
        sessions.replacedBy(heard.id(), at),
        flapping);
  }

  private Presence offline(SessionMessage.Closed closed, Instant at, SessionHistory sessions) {
    return new Presence(
        false,
        session,
        newest,
        Optional.of(at),
        lastSeen(at),
        Optional.of(closed.reason()),
        sessions,
        flapping);
  }

  private Presence seen(Instant at) {
    return new Presence(online, session, newest, since, lastSeen(at), reason, history, flapping);
  }

  private Presence remembering(SessionHistory sessions) {
    return new Presence(online, session, newest, since, lastSeenAt, reason, sessions, flapping);
  }

  private Optional<Instant> lastSeen(Instant at) {
    return Optional.of(lastSeenAt.filter(known -> known.isAfter(at)).orElse(at));
  }
}
