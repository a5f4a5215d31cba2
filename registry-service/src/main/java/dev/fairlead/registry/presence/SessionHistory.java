package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The last sessions of a device, oldest first, in the order in which they were first heard of.
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
    List<PastSession> all = new ArrayList<>(sessions);
    all.add(PastSession.of(session, at));
    return new SessionHistory(all.subList(Math.max(0, all.size() - SESSIONS_MAX), all.size()));
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
