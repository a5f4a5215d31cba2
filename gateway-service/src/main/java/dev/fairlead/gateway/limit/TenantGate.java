package dev.fairlead.gateway.limit;

import dev.fairlead.bus.allowance.Allowances;
import dev.fairlead.bus.allowance.Bucket;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.GatewayMessage.Use;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/// One tenant at this gateway. Its devices count what they bring without waiting for one another;
/// several times a second all of it is settled against the tenant's buckets, and what was too much
/// becomes a time until which its devices are not read. What comes in between is paid for then.
///
/// [#count] and [#waitNanos] are for any thread. What the keeper calls is confined to its context;
/// connections are guarded by whoever keeps the gates.
final class TenantGate {

  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final TenantId tenant;
  private final Runnable leaving;
  private final LongAdder messages = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final Bucket messageBucket;
  private final Bucket byteBucket;

  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean wantsConnections;
  private volatile double connectionsMax;
  private volatile DevicePace devicePace;

  private volatile Optional<Limit> over = Optional.empty();
  private volatile long waitUntilNanos;

  // Confined to the keeper's context.
  private long settledMessages;
  private long settledBytes;
  private long toldMessages;
  private long toldBytes;
  private long toldAtNanos;
  private boolean wantsMessages;
  private boolean wantsBytes;

  /// @param leaving gives a connection's place back
  TenantGate(TenantId tenant, Allowances allowances, long nowNanos, Runnable leaving) {
    this.tenant = tenant;
    this.leaving = leaving;
    Limits limits = allowances.limits(tenant);
    this.messageBucket = new Bucket(allowances.allowed(tenant, Limit.MESSAGES), nowNanos);
    this.byteBucket = new Bucket(allowances.allowed(tenant, Limit.BYTES), nowNanos);
    this.connectionsMax = allowances.allowed(tenant, Limit.CONNECTIONS);
    this.devicePace = paceOf(limits);
    this.toldAtNanos = nowNanos;
  }

  /// Takes over what the tenant may now.
  void tune(Allowances allowances, long nowNanos) {
    connectionsMax = allowances.allowed(tenant, Limit.CONNECTIONS);
    messageBucket.rate(allowances.allowed(tenant, Limit.MESSAGES), nowNanos);
    byteBucket.rate(allowances.allowed(tenant, Limit.BYTES), nowNanos);
    DevicePace pace = paceOf(allowances.limits(tenant));
    if (!pace.equals(devicePace)) {
      devicePace = pace;
    }
  }

  private static DevicePace paceOf(Limits limits) {
    return new DevicePace(limits.of(Limit.DEVICE_MESSAGES), limits.of(Limit.DEVICE_BYTES));
  }

  /// How fast each device may send; the same object until it changes.
  DevicePace devicePace() {
    return devicePace;
  }

  /// A place for one more connection.
  ///
  /// @param replacing whether another one of the device goes for it
  boolean tryConnect(boolean replacing) {
    if (!replacing && connections.get() + 1 > connectionsMax) {
      wantsConnections = true;
      return false;
    }
    connections.incrementAndGet();
    return true;
  }

  /// Gives a connection's place back; one for all of them, for there are very many.
  Runnable leaving() {
    return leaving;
  }

  void disconnect() {
    connections.decrementAndGet();
  }

  /// A device has sent something.
  void count(int size) {
    messages.increment();
    bytes.add(size);
  }

  /// For how long the tenant's devices should not be read; 0 for none.
  long waitNanos(long nowNanos) {
    return over.isEmpty() ? 0 : Math.max(0, waitUntilNanos - nowNanos);
  }

  /// What too much came of, while [#waitNanos] is more than 0.
  Limit overLimit() {
    return over.orElse(Limit.MESSAGES);
  }

  /// Settles what came since the last time.
  void settle(long nowNanos) {
    long allMessages = messages.sum();
    long allBytes = bytes.sum();
    long messageDebt = messageBucket.spend((double) allMessages - settledMessages, nowNanos);
    long byteDebt = byteBucket.spend((double) allBytes - settledBytes, nowNanos);
    settledMessages = allMessages;
    settledBytes = allBytes;
    wantsMessages |= messageDebt > 0;
    wantsBytes |= byteDebt > 0;
    long debt = Math.max(messageDebt, byteDebt);
    if (debt > 0) {
      waitUntilNanos = nowNanos + debt;
    }
    over =
        debt == 0
            ? Optional.empty()
            : Optional.of(messageDebt >= byteDebt ? Limit.MESSAGES : Limit.BYTES);
  }

  /// Whether nothing is left to keep of this tenant.
  boolean isIdle() {
    return connections.get() == 0 && over.isEmpty() && toldMessages == messages.sum();
  }

  /// What was used since this was last asked.
  List<Use> use(long nowNanos) {
    double seconds = Math.max(1, nowNanos - toldAtNanos) / NANOS;
    long allMessages = messages.sum();
    long allBytes = bytes.sum();
    List<Use> used =
        Stream.of(
                use(Limit.CONNECTIONS, connections.get(), wantsConnections),
                use(Limit.MESSAGES, (allMessages - toldMessages) / seconds, wantsMessages),
                use(Limit.BYTES, (allBytes - toldBytes) / seconds, wantsBytes))
            .flatMap(Optional::stream)
            .toList();
    toldMessages = allMessages;
    toldBytes = allBytes;
    toldAtNanos = nowNanos;
    wantsConnections = false;
    wantsMessages = false;
    wantsBytes = false;
    return used;
  }

  private Optional<Use> use(Limit limit, double used, boolean wanting) {
    return used > 0 || wanting
        ? Optional.of(new Use(tenant, limit, Math.min(used, Limit.MAX), wanting))
        : Optional.empty();
  }
}
