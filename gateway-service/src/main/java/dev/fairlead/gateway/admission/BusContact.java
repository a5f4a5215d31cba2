package dev.fairlead.gateway.admission;

import java.time.Duration;

/// Whether the bus can be reached, as far as newcomers are concerned. Written by one sweep, read
/// from any thread.
public final class BusContact {

  private final Duration accessMax;
  private final Duration beatMax;
  private volatile boolean lost;

  /// @param accessMax for how long revocations may not have been heard of
  /// @param beatMax for how long a beat may wait to be acknowledged
  public BusContact(Duration accessMax, Duration beatMax) {
    this.accessMax = accessMax;
    this.beatMax = beatMax;
  }

  /// Says how long ago the broker was heard of.
  ///
  /// @param sinceAccess since it last answered the reader of `fairlead.access`
  /// @param beatWaiting how long the beat under way has been waiting; zero for none
  public void observe(Duration sinceAccess, Duration beatWaiting) {
    lost = sinceAccess.compareTo(accessMax) > 0 || beatWaiting.compareTo(beatMax) > 0;
  }

  /// Whether it is no use to let anybody in.
  public boolean isLost() {
    return lost;
  }
}
