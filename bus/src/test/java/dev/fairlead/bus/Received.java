package dev.fairlead.bus;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Records as a consumer would get them, without a bus.
public final class Received {

  private Received() {}

  /// What a written record looks like when it is read.
  public static ReceivedRecord from(BusRecord record, int partition, long offset) {
    return received(
        record.topic(), partition, offset, record.key(), record.headers(), record.value());
  }

  /// The same record with other headers.
  public static ReceivedRecord withHeaders(ReceivedRecord record, Map<String, String> headers) {
    return received(
        record.topic(), record.partition(), record.offset(), record.key(), headers, record.value());
  }

  /// The same record with another key.
  public static ReceivedRecord withKey(ReceivedRecord record, String key) {
    return received(
        record.topic(), record.partition(), record.offset(), key, record.headers(), record.value());
  }

  /// The same record with another body.
  public static ReceivedRecord withValue(ReceivedRecord record, byte @Nullable [] value) {
    return received(
        record.topic(), record.partition(), record.offset(), record.key(), record.headers(), value);
  }

  // Compiled compact constructors do not show that an array may be null; the source says it may.
  @SuppressWarnings("NullAway")
  private static ReceivedRecord received(
      Topic topic,
      int partition,
      long offset,
      String key,
      Map<String, String> headers,
      byte @Nullable [] value) {
    return new ReceivedRecord(topic, partition, offset, 1_000, key, headers, value);
  }
}
