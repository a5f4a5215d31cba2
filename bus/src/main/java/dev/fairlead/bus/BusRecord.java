package dev.fairlead.bus;

import dev.fairlead.runtime.tracing.TraceContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A record on its way to the bus.
///
/// @param topic where it goes
/// @param key of the record; records of one key stay in order
/// @param partitionKey what the partition is computed from, where that is not the key
/// @param partition the very partition, where the receiver chose it
/// @param headers small texts beside the body, by the names of [Headers]
/// @param value the body, passed on untouched; null is a tombstone. Not copied: it must not change
///     any more Records are never compared, and a wrapper would cost an object for every event.
@SuppressWarnings("ArrayRecordComponent")
public record BusRecord(
    Topic topic,
    String key,
    Optional<String> partitionKey,
    OptionalInt partition,
    Map<String, String> headers,
    byte @Nullable [] value) {

  /// Copies the headers.
  public BusRecord {
    headers = Map.copyOf(headers);
  }

  /// A record that goes where its key says.
  public static BusRecord keyed(
      Topic topic, String key, Map<String, String> headers, byte @Nullable [] value) {
    return new BusRecord(topic, key, Optional.empty(), OptionalInt.empty(), headers, value);
  }

  /// A record that goes where another key says: to stay in order with that key's records.
  public static BusRecord keyedBeside(
      Topic topic,
      String key,
      String partitionKey,
      Map<String, String> headers,
      byte @Nullable [] value) {
    return new BusRecord(
        topic, key, Optional.of(partitionKey), OptionalInt.empty(), headers, value);
  }

  /// A record for the partition that its receiver chose.
  public static BusRecord addressed(
      Topic topic, int partition, String key, Map<String, String> headers, byte[] value) {
    return new BusRecord(topic, key, Optional.empty(), OptionalInt.of(partition), headers, value);
  }

  /// The same record as a step of a trace, where there is one.
  public BusRecord tracedBy(Optional<TraceContext> trace) {
    return trace.isEmpty() ? this : tracedBy(trace.get());
  }

  private BusRecord tracedBy(TraceContext trace) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(TraceContext.TRACEPARENT, trace.traceparent());
    if (!trace.state().isEmpty()) {
      more.put(TraceContext.TRACESTATE, trace.state());
    }
    return new BusRecord(topic, key, partitionKey, partition, more, value);
  }

  /// About how many bytes of memory the record takes until it is acknowledged; for byte budgets.
  /// Of a small record most is what the client of the bus needs to remember it.
  public int sizeBytes() {
    int size = RECORD_OVERHEAD_BYTES + key.length();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      size += HEADER_OVERHEAD_BYTES + header.getKey().length() + header.getValue().length();
    }
    return value == null ? size : size + value.length;
  }

  private static final int RECORD_OVERHEAD_BYTES = 400;
  private static final int HEADER_OVERHEAD_BYTES = 60;
}
