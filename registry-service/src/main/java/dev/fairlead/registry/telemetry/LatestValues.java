package dev.fairlead.registry.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.Epoch;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// The latest value of each measurement of a device.
///
/// @param metrics `{key: {value, at}}`, never changed in place
/// @param epoch of the session that the last record came from
/// @param asOf when the bus was given the last record
public record LatestValues(ObjectNode metrics, Optional<Epoch> epoch, Optional<Instant> asOf) {

  /// The most measurements of a device.
  public static final int KEYS_MAX = 256;

  /// The longest key, in characters.
  static final int KEY_LENGTH_MAX = 128;

  /// The longest text, in characters.
  static final int TEXT_LENGTH_MAX = 1024;

  /// The values after a record, and how many of its values are not shown.
  record Step(LatestValues after, int refused) {}

  /// Takes in the values of one record. What is not a number, a text or a boolean is refused, and
  /// so is what would be too long or one key too many. A record of an older session than that of
  /// the last is refused as a whole.
  Step after(Measurements measured) {
    if (isLate(measured)) {
      return new Step(this, measured.values().size());
    }
    ObjectNode changed = JsonNodeFactory.instance.objectNode();
    changed.setAll(metrics);
    int refused = 0;
    for (Map.Entry<String, JsonNode> value : measured.values().properties()) {
      boolean known = changed.has(value.getKey());
      if (isShown(value.getKey(), value.getValue()) && (known || changed.size() < KEYS_MAX)) {
        changed
            .putObject(value.getKey())
            .put("at", measured.saidAt().toString())
            .set("value", value.getValue());
      } else {
        refused++;
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

  private static boolean isShown(String key, JsonNode value) {
    return !key.isEmpty()
        && key.length() <= KEY_LENGTH_MAX
        && (value.isNumber()
            || value.isBoolean()
            || (value.isTextual() && value.textValue().length() <= TEXT_LENGTH_MAX));
  }
}
