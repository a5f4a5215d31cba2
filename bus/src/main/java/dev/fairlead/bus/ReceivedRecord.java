package dev.fairlead.bus;

import dev.fairlead.runtime.tracing.TraceContext;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A record as it was read from the bus.
///
/// @param topic where it was read
/// @param partition of that topic
/// @param offset in that partition
/// @param timestampMillis when its producer made it, milliseconds since 1970
/// @param key of the record; empty when it has none
/// @param headers texts beside the body
/// @param value the body; null is a tombstone Records are never compared, and a wrapper would cost
///     an object for every event.
@SuppressWarnings("ArrayRecordComponent")
public record ReceivedRecord(
    Topic topic,
    int partition,
    long offset,
    long timestampMillis,
    String key,
    Map<String, String> headers,
    byte @Nullable [] value) {

  /// Copies the headers.
  public ReceivedRecord {
    headers = Map.copyOf(headers);
  }

  /// A header, if the record has it.
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /// A header that such a record always has.
  ///
  /// @throws MalformedRecordException when it has not
  public String requiredHeader(String name) {
    String value = headers.get(name);
    if (value == null) {
      throw new MalformedRecordException("no header '" + name + "'");
    }
    return value;
  }

  /// The trace that the record is a step of, where it names one that can be read.
  public Optional<TraceContext> trace() {
    String parent = headers.get(TraceContext.TRACEPARENT);
    return parent == null
        ? Optional.empty()
        : TraceContext.parse(parent, headers.getOrDefault(TraceContext.TRACESTATE, ""));
  }

  /// The body of a record that always has one.
  ///
  /// @throws MalformedRecordException when it is a tombstone
  public byte[] requiredValue() {
    if (value == null) {
      throw new MalformedRecordException("no body");
    }
    return value;
  }

  /// When the message was made: the header if there is one, else the record's own time.
  ///
  /// @throws MalformedRecordException when the header is no number
  public long timeMillis() {
    String text = headers.get(Headers.TIME);
    if (text == null) {
      return timestampMillis;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new MalformedRecordException("header 'time' is no number", e);
    }
  }
}
