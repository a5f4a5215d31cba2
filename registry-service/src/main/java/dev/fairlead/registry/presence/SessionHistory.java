package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.CloseReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The last sessions of a device, oldest first, by their epochs: in whatever order and however
/// often their records are read, the same are left.
///
/// @param sessions at most [#SESSIONS_MAX]
record SessionHistory(List<PastSession> sessions) {

  static final int SESSIONS_MAX = 10;

  static final SessionHistory NONE = new SessionHistory(List.of());

  SessionHistory {
    sessions = List.copyOf(sessions);
  }

  SessionHistory opened(LiveSession session, Instant at) {
    if (find(session.id()).isPresent()) {
      return this;
    }
    int place = sessions.size();
    while (place > 0 && sessions.get(place - 1).epoch().isNewerThan(session.epoch())) {
      place--;
    }
    List<PastSession> all = new ArrayList<>(sessions);
    all.add(place, PastSession.of(session, at));
    return new SessionHistory(all.subList(Math.max(0, all.size() - SESSIONS_MAX), all.size()));
  }

  /// A session is the live one now, so that all others are over; their own ends may never come, of
  /// a gateway that is gone.
  SessionHistory replacedBy(SessionId session, Instant at) {
    return new SessionHistory(
        sessions.stream()
            .map(
                past ->
                    past.session().equals(session.value()) || past.closedAt().isPresent()
                        ? past
                        : past.closed(at, CloseReason.REPLACED))
            .toList());
  }

  SessionHistory resumed(LiveSession session, Instant at) {
    return opened(session, at).change(session.id(), PastSession::resumed);
  }

  SessionHistory closed(SessionId session, Instant at, String reason) {
    return change(session, past -> past.closed(at, reason));
  }

  boolean knowsAsClosed(SessionId session) {
    return find(session).flatMap(PastSession::closedAt).isPresent();
  }

  private SessionHistory change(SessionId session, UnaryOperator<PastSession> change) {
    return new SessionHistory(
        sessions.stream()
            .map(past -> past.session().equals(session.value()) ? change.apply(past) : past)
            .toList());
  }

  private Optional<PastSession> find(SessionId session) {
    return sessions.stream().filter(past -> past.session().equals(session.value())).findFirst();
  }
}
