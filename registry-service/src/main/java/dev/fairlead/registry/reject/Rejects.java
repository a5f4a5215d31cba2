package dev.fairlead.registry.reject;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.schema.Violation;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is refused in one batch, put together for each device. Not for several threads.
public final class Rejects {

  /// How much of a refused document is kept, in characters.
  static final int DOCUMENT_LENGTH_MAX = 4096;

  private static final int ERROR_BYTES = 256;
  private static final int REJECT_BYTES = 256;

  private final Map<DeviceKey, Reject> byDevice = new HashMap<>();
  private long bytes;

  /// What is refused of one device.
  ///
  /// @param count how many documents
  /// @param firstAt when the first came
  /// @param lastAt when the last came
  /// @param errors of the last
  /// @param document the last as JSON, cut where it is long
  /// @param cut whether it was
  record Reject(
      long count,
      Instant firstAt,
      Instant lastAt,
      List<Violation> errors,
      String document,
      boolean cut) {

    Reject {
      errors = List.copyOf(errors);
    }

    private long bytes() {
      return REJECT_BYTES + document.length() + (long) ERROR_BYTES * errors.size();
    }
  }

  /// Notes a document that is refused.
  ///
  /// @param at when the bus was given it
  public void add(DeviceKey device, Instant at, JsonNode document, List<Violation> errors) {
    String text = document.toString();
    boolean cut = text.length() > DOCUMENT_LENGTH_MAX;
    Reject one = new Reject(1, at, at, errors, cut ? cut(text) : text, cut);
    bytes += one.bytes();
    byDevice.merge(
        device,
        one,
        (before, last) -> {
          bytes -= before.bytes();
          return new Reject(
              before.count() + 1,
              before.firstAt(),
              last.lastAt(),
              last.errors(),
              last.document(),
              last.cut());
        });
  }

  /// What it takes on the heap, about.
  public long bytes() {
    return bytes;
  }

  /// Whether nothing is.
  public boolean isEmpty() {
    return byDevice.isEmpty();
  }

  /// By the devices that they are of.
  Map<DeviceKey, Reject> byDevice() {
    return byDevice;
  }

  private static String cut(String text) {
    boolean inPair = Character.isHighSurrogate(text.charAt(DOCUMENT_LENGTH_MAX - 1));
    return text.substring(0, inPair ? DOCUMENT_LENGTH_MAX - 1 : DOCUMENT_LENGTH_MAX);
  }
}
