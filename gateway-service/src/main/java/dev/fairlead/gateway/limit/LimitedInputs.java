package dev.fairlead.gateway.limit;

import dev.fairlead.bus.limit.Limit;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.SessionInput;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// Puts the limits of a tenant and a device in front of what takes a device's words. Safe for all
/// threads.
public final class LimitedInputs implements DeviceSession.InputFactory {

  /// Runs something later, on any thread.
  @FunctionalInterface
  public interface Later {
    /// Does so once.
    ///
    /// @param millis from now, more than 0
    void after(long millis, Runnable task);
  }

  private final DeviceSession.InputFactory inner;
  private final TenantGates gates;
  private final LimitCounters counters;
  private final long excessMaxNanos;
  private final Later later;
  private final LongSupplier nanos;
  private final InstantSource clock;

  /// @param inner takes what a device says
  /// @param excessMax how long a device may be too fast before it is closed, and how long it may be
  ///     made to wait
  /// @param nanos the time since some beginning, as [System#nanoTime]
  public LimitedInputs(
      DeviceSession.InputFactory inner,
      TenantGates gates,
      LimitCounters counters,
      Duration excessMax,
      Later later,
      LongSupplier nanos,
      InstantSource clock) {
    this.inner = inner;
    this.gates = gates;
    this.counters = counters;
    this.excessMaxNanos = excessMax.toNanos();
    this.later = later;
    this.nanos = nanos;
    this.clock = clock;
  }

  @Override
  public SessionInput inputOf(DeviceSession session) {
    return new LimitedInput(
        this,
        session,
        inner.inputOf(session),
        gates.of(session.device().tenant()),
        nanos.getAsLong());
  }

  void hit(Limit limit) {
    counters.hit(limit);
  }

  void after(long millis, Runnable task) {
    later.after(millis, task);
  }

  long excessMaxNanos() {
    return excessMaxNanos;
  }

  long nowNanos() {
    return nanos.getAsLong();
  }

  long nowMillis() {
    return clock.millis();
  }
}
