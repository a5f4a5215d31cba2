package dev.fairlead.bus.schema;

import com.fasterxml.jackson.databind.JsonNode;

/// What one keyword asks of a value.
@FunctionalInterface
interface Rule {

  /// Whether the value is as it should be; what is wrong is noted in the run.
  boolean check(JsonNode value, Place place, Run run);
}
