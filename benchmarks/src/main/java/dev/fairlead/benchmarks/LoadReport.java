package dev.fairlead.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/// What a process that plays devices says of them, as one line.
///
/// @param refused attempts that did not end with a greeting, so far
/// @param awayMillis of devices that have come back since the last report
/// @param ackMicros of events since the last report
record LoadReport(int connected, long refused, Histogram awayMillis, Histogram ackMicros) {

  static LoadReport take(Comeback devices) {
    return new LoadReport(
        devices.connected(), devices.refused(), devices.takeAwayMillis(), devices.times().take());
  }

  /// That of several processes together.
  static LoadReport sum(List<LoadReport> reports) {
    Histogram away = new Histogram(3);
    Histogram acks = new Histogram(3);
    for (LoadReport report : reports) {
      away.add(report.awayMillis);
      acks.add(report.ackMicros);
    }
    return new LoadReport(
        reports.stream().mapToInt(LoadReport::connected).sum(),
        reports.stream().mapToLong(LoadReport::refused).sum(),
        away,
        acks);
  }

  String line() {
    return connected + " " + refused + " " + text(awayMillis) + " " + text(ackMicros);
  }

  static LoadReport of(String line) {
    String[] parts = line.split(" ", -1);
    return new LoadReport(
        Integer.parseInt(parts[0]),
        Long.parseLong(parts[1]),
        histogram(parts[2]),
        histogram(parts[3]));
  }

  private static String text(Histogram histogram) {
    ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(bytes);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
  }

  private static Histogram histogram(String text) {
    try {
      return Histogram.decodeFromCompressedByteBuffer(
          ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
