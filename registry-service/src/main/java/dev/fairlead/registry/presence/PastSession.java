package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.SessionMessage.Place;
import java.time.Instant;
import java.util.Optional;

/// One of a device's last sessions, for people to look at.
///
/// @param session its id
/// @param epoch its place among the device's sessions
/// @param gateway the gateway that held it
/// @param wire what the device spoke
/// @param remoteAddress where it connected from
/// @param openedAt when the first record of it was made
/// @param closedAt when it ended
/// @param reason why it ended
public record PastSession(
    String session,
    Epoch epoch,
    String gateway,
    String wire,
    String remoteAddress,
    Instant openedAt,
    Optional<Instant> closedAt,
    Optional<String> reason) {

  static PastSession of(LiveSession session, Instant openedAt) {
    Place place = session.place();
    return new PastSession(
        session.id().value(),
        session.epoch(),
        place.address().gateway(),
        place.wire(),
        place.remoteAddress(),
        openedAt,
        Optional.empty(),
        Optional.empty());
  }

  /// That another one took over is known from that one; what its own end says of it goes before.
  PastSession closed(Instant at, String why) {
    Optional<String> known = reason.filter(word -> !word.equals(CloseReason.REPLACED));
    return new PastSession(
        session,
        epoch,
        gateway,
        wire,
        remoteAddress,
        openedAt,
        Optional.of(closedAt.orElse(at)),
        Optional.of(known.orElse(why)));
  }

  PastSession resumed() {
    return new PastSession(
        session, epoch, gateway, wire, remoteAddress, openedAt, Optional.empty(), Optional.empty());
  }
}
