package dev.fairlead.agent.machine;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Main memory, in bytes; what the system can free at once counts as not used.
record Memory(long totalBytes, long usedBytes) {

  private static final int KIB = 1024;

  /// The content of `/proc/meminfo`.
  static Optional<Memory> parse(String meminfo) {
    OptionalLong total = kibibytes(meminfo, "MemTotal");
    OptionalLong available = kibibytes(meminfo, "MemAvailable");
    return total.isPresent() && available.isPresent()
        ? Optional.of(
            new Memory(total.getAsLong() * KIB, (total.getAsLong() - available.getAsLong()) * KIB))
        : Optional.empty();
  }

  private static OptionalLong kibibytes(String meminfo, String name) {
    Matcher line =
        Pattern.compile("^" + name + ": +([0-9]{1,15}) kB$", Pattern.MULTILINE).matcher(meminfo);
    return line.find() ? OptionalLong.of(Long.parseLong(line.group(1))) : OptionalLong.empty();
  }

  double usedPercent() {
    return totalBytes == 0 ? 0 : 100.0 * usedBytes / totalBytes;
  }
}
