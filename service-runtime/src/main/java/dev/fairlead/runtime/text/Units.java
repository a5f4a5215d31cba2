package dev.fairlead.runtime.text;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations and sizes as people write them: `500ms`, `10s`, `5m`, `2h`, `30d`; `65536`, `64KiB`,
/// `1MiB`. The number of digits is bounded, so that neither milliseconds nor bytes overflow.
public final class Units {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(k|m|g)?(i?b)?");

  private Units() {}

  /// Reads a duration.
  ///
  /// @return empty when the text is none
  public static Optional<Duration> duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long amount = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        });
  }

  /// The largest unit that says the duration exactly.
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    if (seconds % 3600 != 0) {
      return seconds / 60 + "m";
    }
    return seconds % 86_400 == 0 ? seconds / 86_400 + "d" : seconds / 3600 + "h";
  }

  /// Reads a size, in bytes.
  ///
  /// @return empty when the text is none
  public static Optional<Long> size(String text) {
    Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int shift =
        switch (matcher.group(2)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          case null, default -> 0;
        };
    return Optional.of(Long.parseLong(matcher.group(1)))
        .filter(amount -> amount <= Long.MAX_VALUE >> shift)
        .map(amount -> amount << shift);
  }

  /// The largest unit that says the size exactly.
  public static String text(long bytes) {
    if (bytes == 0 || bytes % 1024 != 0) {
      return Long.toString(bytes);
    }
    if (bytes % (1 << 20) != 0) {
      return bytes / 1024 + "KiB";
    }
    return bytes % (1 << 30) == 0 ? bytes / (1 << 30) + "GiB" : bytes / (1 << 20) + "MiB";
  }
}
