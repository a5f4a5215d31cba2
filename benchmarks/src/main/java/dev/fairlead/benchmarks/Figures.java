package dev.fairlead.benchmarks;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/// How the cells of tables show numbers.
final class Figures {

  private static final int MEBI = 1 << 20;

  private Figures() {}

  static String decimal(double number) {
    return String.format(Locale.ROOT, "%.1f", number);
  }

  static String whole(double number) {
    return String.format(Locale.ROOT, "%.0f", number);
  }

  static String mebi(long bytes) {
    return whole((double) bytes / MEBI);
  }

  /// A percentile in units a thousand times as large as those recorded: microseconds as
  /// milliseconds.
  static String thousandths(Histogram values, double percent) {
    return decimal(values.getValueAtPercentile(percent) / 1e3);
  }
}
