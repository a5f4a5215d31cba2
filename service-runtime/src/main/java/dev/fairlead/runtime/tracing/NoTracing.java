package dev.fairlead.runtime.tracing;

import io.vertx.core.Future;
import java.util.Optional;

/// Tracing that is off.
record NoTracing() implements Tracing {

  @Override
  public boolean isOn() {
    return false;
  }

  @Override
  public TraceSpan start(TraceSpan.Kind kind, String name, Optional<TraceContext> parent) {
    return TraceSpan.NONE;
  }

  @Override
  public TraceSpan follow(TraceSpan.Kind kind, String name, Optional<TraceContext> parent) {
    return TraceSpan.NONE;
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
