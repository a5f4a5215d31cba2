package dev.fairlead.benchmarks;

import org.HdrHistogram.Histogram;

/// How long events took until they were acknowledged. Written by one event loop, taken by another
/// thread.
final class AckTimes {

  private Histogram micros = new Histogram(3);
  private int lost;

  synchronized void add(long micro) {
    micros.recordValue(micro);
  }

  synchronized void lost() {
    lost++;
  }

  /// How many devices were disconnected.
  synchronized int lostDevices() {
    return lost;
  }

  /// What was recorded since the last call, in microseconds.
  synchronized Histogram take() {
    Histogram taken = micros;
    micros = new Histogram(3);
    return taken;
  }
}
