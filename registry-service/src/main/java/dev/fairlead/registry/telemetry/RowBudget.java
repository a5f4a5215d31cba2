package dev.fairlead.registry.telemetry;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// How many rows may be written in the long run. What was written is paid for afterwards: however
/// many rows a transaction has, the next one waits until its time has come.
final class RowBudget {

  private final long nanosPerRow;
  private final LongSupplier nanoTime;
  private long paidAt;

  /// @param rowsPerSecond at least one
  /// @param nanoTime the clock, as [System#nanoTime]
  RowBudget(int rowsPerSecond, LongSupplier nanoTime) {
    this.nanosPerRow = TimeUnit.SECONDS.toNanos(1) / rowsPerSecond;
    this.nanoTime = nanoTime;
    this.paidAt = nanoTime.getAsLong();
  }

  /// How long nothing may be written, in nanoseconds; zero when it may be at once.
  long waitNanos() {
    return Math.max(0, paidAt - nanoTime.getAsLong());
  }

  /// Takes note of what was written. Time in which nothing was is not saved up.
  ///
  /// @param begunAt when the writing began, which is part of the time that the rows take
  void spend(int rows, long begunAt) {
    long from = paidAt - begunAt > 0 ? paidAt : begunAt;
    paidAt = from + rows * nanosPerRow;
  }
}
