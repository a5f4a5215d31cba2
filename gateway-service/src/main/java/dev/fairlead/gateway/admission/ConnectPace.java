package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.limit.FlappingSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// How often each device may connect. It has as many sessions at once as make it one that flaps,
/// and gets one back after each part of that time; so whoever changes networks now and then waits
/// for nothing. One that used them all up waits until it has one again, and so does one of which
/// the registry says that it flaps, wherever it connected before.
///
/// Only sessions that lived count, and not those that ended without the device's doing. Remembers a
/// device until it has all its sessions back, and a bounded number of devices; of those beyond it
/// nothing is remembered, and nobody is kept out. Safe for all threads.
public final class ConnectPace {

  private final long paceNanos;
  private final long fullNanos;
  private final int devicesMax;
  private final LongSupplier nanoTime;

  /// When each device will have all its sessions back. Times are compared by their difference: the
  /// clock may overflow.
  private final ConcurrentHashMap<DeviceKey, Long> whole = new ConcurrentHashMap<>();

  /// @param devicesMax how many devices are remembered
  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  public ConnectPace(FlappingSettings settings, int devicesMax, LongSupplier nanoTime) {
    this.paceNanos = settings.pace().toNanos();
    this.fullNanos = paceNanos * settings.sessions();
    this.devicesMax = devicesMax;
    this.nanoTime = nanoTime;
  }

  /// How long a device has to wait before it may connect; empty when it may now.
  Optional<Duration> waitOf(DeviceKey device) {
    Long at = whole.get(device);
    long wait = at == null ? 0 : at - nanoTime.getAsLong() - (fullNanos - paceNanos);
    return wait > 0 ? Optional.of(Duration.ofNanos(wait)) : Optional.empty();
  }

  /// A session of a device lives.
  public void connected(DeviceKey device) {
    long now = nanoTime.getAsLong();
    if (whole.containsKey(device) || whole.size() < devicesMax) {
      whole.merge(
          device,
          now + paceNanos,
          (at, fresh) -> Math.min(Math.max(at - now, 0) + paceNanos, fullNanos) + now);
    }
  }

  /// A session of a device ended without its doing.
  public void forgive(DeviceKey device) {
    whole.computeIfPresent(device, (same, at) -> at - paceNanos);
  }

  /// The registry says that a device flaps.
  ///
  /// @param left for how long, as things stand
  public void flapping(DeviceKey device, Duration left) {
    long now = nanoTime.getAsLong();
    long wait = Math.min(paceNanos, left.toNanos());
    if (wait > 0 && (whole.containsKey(device) || whole.size() < devicesMax)) {
      long until = now + fullNanos - paceNanos + wait;
      whole.merge(device, until, (at, fresh) -> at - fresh > 0 ? at : fresh);
    }
  }

  /// Forgets those that have all their sessions back.
  public void sweep() {
    long now = nanoTime.getAsLong();
    whole.values().removeIf(at -> at - now <= 0);
  }

  /// How many devices are remembered.
  int size() {
    return whole.size();
  }
}
