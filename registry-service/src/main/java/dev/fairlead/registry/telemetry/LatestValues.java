package dev.fairlead.registry.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.Epoch;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The latest value of each measurement of a device. Many wait in memory to be written, so they are
/// kept small.
///
/// @param metrics the value of each key
/// @param epoch of the session that the last record came from
/// @param asOf when the bus was given the last record
record LatestValues(Map<String, Value> metrics, Optional<Epoch> epoch, Optional<Instant> asOf) {

  /// The most measurements of a device.
  static final int KEYS_MAX = 256;

  /// The longest key, in characters.
  static final int KEY_LENGTH_MAX = 128;

  /// The longest text, in characters.
  static final int TEXT_LENGTH_MAX = 1024;

  /// Of a device that has measured nothing.
  static final LatestValues NONE = new LatestValues(Map.of(), Optional.empty(), Optional.empty());

  // What objects take on the heap, about.
  private static final int DEVICE_BYTES = 400;
  private static final int KEY_BYTES = 130;

  /// A value.
  ///
  /// @param value a number, a text or a boolean
  /// @param at when it was measured, as far as can be told
  record Value(JsonNode value, Instant at) {}

  /// The values after a record, and how many of its values are not shown.
  record Step(LatestValues after, int refused) {}

  /// Takes in the values of one record. What is not a number, a text or a boolean is refused, and
  /// so is what would be too long or one key too many. A record of an older session than that of
  /// the last is refused as a whole. What was measured before what is known of its key is late, and
  /// changes nothing.
  Step after(Measurements measured) {
    if (isLate(measured)) {
      return new Step(this, measured.values().size());
    }
    Map<String, Value> changed = new HashMap<>(metrics);
    int refused = 0;
    for (Map.Entry<String, JsonNode> value : measured.values().properties()) {
      @Nullable Value known = changed.get(value.getKey());
      if (!isShown(value.getKey(), value.getValue())
          || (known == null && changed.size() >= KEYS_MAX)) {
        refused++;
      } else if (known == null || !measured.measuredAt().isBefore(known.at())) {
        changed.put(value.getKey(), new Value(value.getValue(), measured.measuredAt()));
      }
    }
    Instant newest = asOf.filter(measured.takenAt()::isBefore).orElse(measured.takenAt());
    return new Step(
        new LatestValues(changed, Optional.of(measured.epoch()), Optional.of(newest)), refused);
  }

  /// Whether a record comes from an older session than the last.
  boolean isLate(Measurements measured) {
    return epoch.filter(newest -> newest.isNewerThan(measured.epoch())).isPresent();
  }

  /// What they take on the heap, about.
  long bytes() {
    long bytes = DEVICE_BYTES;
    for (Value value : metrics.values()) {
      bytes += KEY_BYTES;
      if (value.value().isTextual()) {
        bytes += value.value().textValue().length();
      }
    }
    return bytes;
  }

  /// The values as `{key: {value, at}}`.
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    metrics.forEach(
        (key, value) ->
            json.putObject(key).put("at", value.at().toString()).set("value", value.value()));
    return json;
  }

  /// Reads what [#json] wrote.
  static Map<String, Value> metrics(ObjectNode json) {
    Map<String, Value> metrics = HashMap.newHashMap(json.size());
    json.properties()
        .forEach(
            entry ->
                metrics.put(
                    entry.getKey(),
                    new Value(
                        entry.getValue().path("value"),
                        Instant.parse(entry.getValue().path("at").asText()))));
    return metrics;
  }

  private static boolean isShown(String key, JsonNode value) {
    return !key.isEmpty()
        && key.length() <= KEY_LENGTH_MAX
        && (value.isNumber()
            || value.isBoolean()
            || (value.isTextual() && value.textValue().length() <= TEXT_LENGTH_MAX));
  }
}
