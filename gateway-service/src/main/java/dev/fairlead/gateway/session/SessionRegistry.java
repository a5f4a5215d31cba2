package dev.fairlead.gateway.session;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.SessionId;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The sessions of this gateway: of each device its newest, until it is over. Safe for all threads.
public final class SessionRegistry {

  private final Map<DeviceKey, DeviceSession> byDevice = new ConcurrentHashMap<>();

  /// Adds a session.
  ///
  /// @return the one that its device had here until now
  Optional<DeviceSession> add(DeviceSession session) {
    return Optional.ofNullable(byDevice.put(session.device(), session));
  }

  void remove(DeviceSession session) {
    byDevice.remove(session.device(), session);
  }

  /// The session of that id, if it is that device's.
  public Optional<DeviceSession> find(SessionId id, DeviceKey device) {
    return newestOf(device).filter(session -> session.id().equals(id));
  }

  /// The newest session of a device here.
  public Optional<DeviceSession> newestOf(DeviceKey device) {
    return Optional.ofNullable(byDevice.get(device));
  }

  /// All sessions; a live view.
  public Collection<DeviceSession> all() {
    return Collections.unmodifiableCollection(byDevice.values());
  }

  /// How many there are.
  public int size() {
    return byDevice.size();
  }
}
