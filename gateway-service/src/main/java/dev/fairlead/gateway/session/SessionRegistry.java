package dev.fairlead.gateway.session;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.SessionId;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The sessions of this gateway that are not over. Safe for all threads.
public final class SessionRegistry {

  private final Map<SessionId, DeviceSession> byId = new ConcurrentHashMap<>();
  private final Map<DeviceKey, DeviceSession> byDevice = new ConcurrentHashMap<>();

  /// Adds a session.
  ///
  /// @return the one that its device had here until now
  Optional<DeviceSession> add(DeviceSession session) {
    byId.put(session.id(), session);
    return Optional.ofNullable(byDevice.put(session.device(), session));
  }

  void remove(DeviceSession session) {
    byId.remove(session.id());
    byDevice.remove(session.device(), session);
  }

  /// The session of that id, if it is that device's.
  public Optional<DeviceSession> find(SessionId id, DeviceKey device) {
    return Optional.ofNullable(byId.get(id)).filter(session -> session.device().equals(device));
  }

  /// The newest session of a device here.
  public Optional<DeviceSession> newestOf(DeviceKey device) {
    return Optional.ofNullable(byDevice.get(device));
  }

  /// All sessions; a live view.
  public Collection<DeviceSession> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  /// How many there are.
  public int size() {
    return byId.size();
  }
}
