package dev.fairlead.agent.machine;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/// Time that all processors together spent since boot, in ticks.
///
/// @param total in any state
/// @param idle with nothing to do, or waiting for a disk
record CpuTimes(long total, long idle) {

  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;
  private static final int STEAL = 7;

  /// The first line of `/proc/stat`. Guests are left out: their time is in `user` already.
  static Optional<CpuTimes> parse(String stat) {
    String[] fields = stat.lines().findFirst().orElse("").split(" +");
    if (!fields[0].equals("cpu") || fields.length <= IO_WAIT + 1) {
      return Optional.empty();
    }
    try {
      long[] ticks =
          Arrays.stream(fields).skip(1).limit(STEAL + 1).mapToLong(Long::parseLong).toArray();
      return Optional.of(new CpuTimes(Arrays.stream(ticks).sum(), ticks[IDLE] + ticks[IO_WAIT]));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /// How busy the processors were since an earlier reading, 0 to 100; empty if no time passed.
  OptionalDouble busyPercentSince(CpuTimes earlier) {
    long passed = total - earlier.total;
    if (passed <= 0) {
      return OptionalDouble.empty();
    }
    double idleShare = (double) (idle - earlier.idle) / passed;
    return OptionalDouble.of(Math.clamp(100 * (1 - idleShare), 0, 100));
  }
}
