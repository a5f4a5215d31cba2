package dev.fairlead.registry.presence;

import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.message.CloseReason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// That a device connects too often, by its last sessions and by the times of their records alone.
/// Nothing has to come for it to end: it does at `until`, unless more sessions put that off.
///
/// @param since when the session began that was one too many
/// @param until from when on so few sessions lie within the time that it flaps no more
record Flapping(Instant since, Instant until) {

  /// What ends sessions without the device's doing.
  private static final Set<String> NOT_ITS_DOING =
      Set.of(CloseReason.DRAINED, CloseReason.GATEWAY_LOST, CloseReason.BUS_AWAY);

  /// What its last sessions say.
  ///
  /// @param before what they said so far
  static Optional<Flapping> of(
      SessionHistory history, FlappingSettings settings, Optional<Flapping> before) {
    List<Instant> opened =
        history.sessions().stream()
            .filter(session -> session.reason().filter(NOT_ITS_DOING::contains).isEmpty())
            .map(PastSession::openedAt)
            .sorted()
            .toList();
    if (opened.size() < settings.sessions()) {
      return before;
    }
    Instant last = opened.getLast();
    Instant until = opened.get(opened.size() - settings.sessions()).plus(settings.within());
    if (last.isAfter(until)) {
      return before;
    }
    Optional<Flapping> goingOn = before.filter(known -> !known.until().isBefore(last));
    return Optional.of(
        new Flapping(
            goingOn.map(Flapping::since).orElse(last),
            goingOn.map(Flapping::until).filter(until::isBefore).orElse(until)));
  }
}
