package dev.fairlead.registry.reject;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/// What was refused of a device, as the API shows it.
///
/// @param sort `telemetry` or `reported`
/// @param count how often since it was last reset
/// @param errors what was wrong the last time: `[{pointer, message}]`
/// @param document what was refused the last time, as JSON
/// @param cut whether that is its beginning only
record RejectDocument(
    String sort,
    long count,
    Instant firstAt,
    Instant lastAt,
    JsonNode errors,
    String document,
    boolean cut) {

  /// All sorts of which something was refused.
  record All(List<RejectDocument> items) {
    All {
      items = List.copyOf(items);
    }
  }
}
