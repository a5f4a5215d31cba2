package dev.fairlead.registry.telemetry;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.reject.Rejects;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Records of one partition that become one transaction, folded into what it will write: one row a
/// device, however many records there were. Confined to its consumer's context.
final class Span {

  private final int partition;
  private final long first;
  private final long begunNanos;
  private final Map<DeviceKey, Device> devices = new HashMap<>();
  private final Rejects refused = new Rejects();
  private long next;
  private long bytes;
  private boolean taking;
  private boolean careful;

  /// @param first the offset that was reached before it
  /// @param begunNanos now, as [System#nanoTime]
  Span(int partition, long first, long begunNanos) {
    this.partition = partition;
    this.first = first;
    this.next = first;
    this.begunNanos = begunNanos;
  }

  /// A device of which there are records.
  static final class Device {
    private final Optional<Instant> readAsOf;
    private LatestValues latest;
    private boolean changed;
    private @Nullable Samples samples;

    private Device(LatestValues read) {
      this.readAsOf = read.asOf();
      this.latest = read;
    }
  }

  /// A row of latest values to be written.
  ///
  /// @param was the `asOf` of the row that this one takes the place of
  record Row(DeviceKey device, LatestValues values, Optional<Instant> was) {}

  int partition() {
    return partition;
  }

  long first() {
    return first;
  }

  /// The offset that is reached with it.
  long next() {
    return next;
  }

  /// How long ago it began, in nanoseconds.
  long age() {
    return System.nanoTime() - begunNanos;
  }

  /// What it takes on the heap, about.
  long bytes() {
    return bytes + refused.bytes();
  }

  /// Whether it can be written now: it holds something, and no batch is being taken into it.
  boolean isReady() {
    return !taking && next > first;
  }

  /// A batch is being taken in, or is no longer.
  void taking(boolean now) {
    taking = now;
  }

  /// Whether rows are to be written one by one, because of one that the database refuses.
  boolean isCareful() {
    return careful;
  }

  void beCareful() {
    careful = true;
  }

  /// Those devices whose values must be read before their records can be folded.
  Set<DeviceKey> unread(Collection<DeviceKey> wanted) {
    Set<DeviceKey> unread = new HashSet<>(wanted);
    unread.removeAll(devices.keySet());
    return unread;
  }

  /// Takes in what was read of devices.
  void know(Map<DeviceKey, LatestValues> read) {
    read.forEach(
        (key, values) -> {
          devices.put(key, new Device(values));
          bytes += values.bytes();
        });
  }

  /// The values of a device as they are with the records so far; null when there is no such device.
  @Nullable LatestValues latest(DeviceKey device) {
    Device known = devices.get(device);
    return known == null ? null : known.latest;
  }

  /// Gives a known device other values.
  void put(DeviceKey device, LatestValues after) {
    Device known = known(device);
    bytes += after.bytes() - known.latest.bytes();
    known.changed |= !after.equals(known.latest);
    known.latest = after;
  }

  /// The samples of a known device.
  Samples samples(DeviceKey device) {
    Device known = known(device);
    Samples samples = known.samples;
    if (samples == null) {
      samples = new Samples(more -> bytes += more);
      known.samples = samples;
    }
    return samples;
  }

  private Device known(DeviceKey device) {
    Device known = devices.get(device);
    if (known == null) {
      throw new IllegalArgumentException("nothing was read of " + device);
    }
    return known;
  }

  /// What schemas refuse of its records.
  Rejects refused() {
    return refused;
  }

  /// All records before `next` are in it.
  void reach(long offset) {
    next = offset;
  }

  /// What is to be written of latest values.
  List<Row> rows() {
    List<Row> rows = new ArrayList<>(devices.size());
    devices.forEach(
        (key, device) -> {
          if (device.changed) {
            rows.add(new Row(key, device.latest, device.readAsOf));
          }
        });
    return rows;
  }

  /// What is to be written of the history.
  List<PgTelemetryRows.Sample> history() {
    List<PgTelemetryRows.Sample> rows = new ArrayList<>();
    devices.forEach(
        (key, device) -> {
          Samples samples = device.samples;
          if (samples != null) {
            samples
                .byInterval()
                .forEach((at, numbers) -> rows.add(new PgTelemetryRows.Sample(key, at, numbers)));
          }
        });
    return rows;
  }
}
