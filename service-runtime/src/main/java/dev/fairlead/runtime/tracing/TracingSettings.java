package dev.fairlead.runtime.tracing;

import dev.fairlead.runtime.settings.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/// Whether requests are traced.
///
/// @param endpoint where spans go, by OTLP over HTTP; empty where nothing is traced
/// @param ratio how many of the traces that begin here are recorded, from 0 to 1
public record TracingSettings(Optional<URI> endpoint, double ratio) {

  /// Nothing is traced.
  public static final TracingSettings OFF = new TracingSettings(Optional.empty(), 0);

  private static final String EXAMPLE = "http://collector:4318/v1/traces";

  /// Reads `TRACING_ENDPOINT` and `TRACING_RATIO`.
  public static TracingSettings from(Settings settings) {
    String endpoint =
        settings.text(
            "TRACING_ENDPOINT",
            "",
            "Where spans go, OTLP over HTTP such as `" + EXAMPLE + "`; empty: nothing is traced.");
    String ratio =
        settings.text(
            "TRACING_RATIO",
            "0.01",
            "How many of the traces that begin here are recorded, from 0 to 1; those that come in"
                + " are recorded where their header says so.");
    return new TracingSettings(endpoint(settings, endpoint), ratio(settings, ratio));
  }

  private static Optional<URI> endpoint(Settings settings, String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(text);
      if (List.of("http", "https").contains(uri.getScheme()) && uri.getHost() != null) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    settings.problem(Settings.PREFIX + "TRACING_ENDPOINT must be such as " + EXAMPLE);
    return Optional.empty();
  }

  private static double ratio(Settings settings, String text) {
    try {
      double ratio = Double.parseDouble(text);
      if (ratio >= 0 && ratio <= 1) {
        return ratio;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    settings.problem(Settings.PREFIX + "TRACING_RATIO must be a number from 0 to 1");
    return 0;
  }
}
