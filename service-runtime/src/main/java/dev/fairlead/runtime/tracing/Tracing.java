package dev.fairlead.runtime.tracing;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.Optional;

/// Makes the steps of traces. Safe for all threads; never blocks, never fails.
public interface Tracing {

  /// Nothing is traced, and nothing that comes is handed on.
  Tracing OFF = new NoTracing();

  /// What the settings say.
  ///
  /// @param service who the steps are of, `gateway` for one
  static Tracing of(TracingSettings settings, String service, MeterRegistry meters) {
    return settings
        .endpoint()
        .<Tracing>map(endpoint -> new OtelTracing(endpoint, settings.ratio(), service, meters))
        .orElse(OFF);
  }

  /// Whether anything is traced: what a trace alone needs is not to be computed otherwise.
  boolean isOn();

  /// Begins a step: one more of a trace that came in, recorded where that is; or the first of a new
  /// one, for the share of them that is recorded, and none for the others.
  TraceSpan start(TraceSpan.Kind kind, String name, Optional<TraceContext> parent);

  /// Begins a step of a trace that came in; none where none came.
  TraceSpan follow(TraceSpan.Kind kind, String name, Optional<TraceContext> parent);

  /// Exports what waits, within a bound, and stops.
  Future<Void> close();
}
