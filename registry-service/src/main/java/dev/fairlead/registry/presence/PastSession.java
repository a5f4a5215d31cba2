package dev.fairlead.registry.presence;

import dev.fairlead.bus.message.SessionMessage.Place;
import java.time.Instant;
import java.util.Optional;

/// One of a device's last sessions, for people to look at.
///
/// @param session its id
/// @param epoch its place among the device's sessions, as text
/// @param gateway the gateway that held it
/// @param wire what the device spoke
/// @param remoteAddress where it connected from
/// @param openedAt when the first record of it was made
/// @param closedAt when it ended
/// @param reason why it ended
public record PastSession(
    String session,
    String epoch,
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
        session.epoch().toString(),
        place.address().gateway(),
        place.wire(),
        place.remoteAddress(),
        openedAt,
        Optional.empty(),
        Optional.empty());
  }

  PastSession closed(Instant at, String why) {
    return new PastSession(
        session,
        epoch,
        gateway,
        wire,
        remoteAddress,
        openedAt,
        Optional.of(closedAt.orElse(at)),
        Optional.of(reason.orElse(why)));
  }

  PastSession resumed() {
    return new PastSession(
        session, epoch, gateway, wire, remoteAddress, openedAt, Optional.empty(), Optional.empty());
  }
}
