package dev.fairlead.benchmarks;

import org.HdrHistogram.Histogram;

/// How long events took until they were acknowledged. Written by one event loop, taken by another
/// thread.
final class AckTimes {

  private Histogram micros = new Histogram(3);
  private int lost;
  private long overruns;
  private long sentLate;

  synchronized void add(long micro) {
    micros.recordValue(micro);
  }

  synchronized void lost() {
    lost++;
  }

  synchronized void overrun() {
    overruns++;
  }

  /// How many events could not be sent because too many of their device waited for their
  /// acknowledgement.
  synchronized long overruns() {
    return overruns;
  }

  synchronized void sentLate() {
    sentLate++;
  }

  /// How many events were sent late because the load itself was held up, since the last call.
  synchronized long takeSentLate() {
    long taken = sentLate;
    sentLate = 0;
    return taken;
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
