package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.SessionMessage.Place;

/// A session with its place.
///
/// @param id which session
/// @param epoch its place among the device's sessions
/// @param place where it is to be found
public record LiveSession(SessionId id, Epoch epoch, Place place) {

  boolean is(SessionId otherId, Epoch otherEpoch) {
    return id.equals(otherId) && epoch.equals(otherEpoch);
  }
}
