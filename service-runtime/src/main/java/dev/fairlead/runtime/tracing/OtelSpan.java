package dev.fairlead.runtime.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Optional;

/// A step that is recorded.
///
/// @param span of OpenTelemetry
/// @param context that the next step is given
record OtelSpan(Span span, Optional<TraceContext> context) implements TraceSpan {

  @Override
  public TraceSpan with(String name, String value) {
    span.setAttribute(name, value);
    return this;
  }

  @Override
  public TraceSpan with(String name, long value) {
    span.setAttribute(name, value);
    return this;
  }

  @Override
  public TraceSpan failed(String why) {
    span.setStatus(StatusCode.ERROR, why);
    return this;
  }

  @Override
  public void end() {
    span.end();
  }
}
