package dev.fairlead.registry.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What was measured, as the API shows it.
final class TelemetryDocument {

  private TelemetryDocument() {}

  /// The latest values of a device.
  ///
  /// @param asOf when the newest of them came
  /// @param values `{key: {value, at}}`
  record Latest(Optional<Instant> asOf, JsonNode values) {}

  /// A key over some time.
  ///
  /// @param from where it begins
  /// @param to where it ends
  /// @param pointSeconds how much time a point stands for
  /// @param sampleSeconds in how much time the history keeps one sample; 0 when it keeps none
  /// @param points in the order of time; where nothing was measured there is none
  record History(
      String key,
      Instant from,
      Instant to,
      double pointSeconds,
      long sampleSeconds,
      List<Point> points) {

    History {
      points = List.copyOf(points);
    }
  }

  /// What was measured from a moment on, for as long as a point stands for.
  record Point(Instant at, double min, double avg, double max, long samples) {}
}
