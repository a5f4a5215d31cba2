package dev.fairlead.runtime.tracing;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// Tracing by the SDK of OpenTelemetry.
final class OtelTracing implements Tracing {

  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final double ratio;
  private final SdkTracerProvider provider;
  private final Tracer tracer;

  OtelTracing(URI endpoint, double ratio, String service, MeterRegistry meters) {
    this.ratio = ratio;
    this.provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(
                    Attributes.builder()
                        .put("service.name", "fairlead-" + service)
                        .put("service.instance.id", UUID.randomUUID().toString())
                        .build()))
            // Whether a trace is recorded is decided here, before anything is made for it.
            .setSampler(Sampler.alwaysOn())
            .addSpanProcessor(new SpanExport(endpoint, CLOSE_MAX, meters))
            .build();
    this.tracer = provider.get("dev.fairlead");
  }

  @Override
  public boolean isOn() {
    return true;
  }

  @Override
  public TraceSpan start(TraceSpan.Kind kind, String name, Optional<TraceContext> parent) {
    if (parent.isPresent()) {
      return follow(kind, name, parent);
    }
    return ThreadLocalRandom.current().nextDouble() < ratio
        ? recorded(builder(kind, name).setNoParent(), TraceContext.SAMPLED, "")
        : TraceSpan.NONE;
  }

  @Override
  public TraceSpan follow(TraceSpan.Kind kind, String name, Optional<TraceContext> parent) {
    if (parent.isEmpty()) {
      return TraceSpan.NONE;
    }
    TraceContext before = parent.get();
    return before.isSampled()
        ? recorded(builder(kind, name).setParent(remote(before)), before.flags(), before.state())
        : new PassedOnSpan(parent);
  }

  private SpanBuilder builder(TraceSpan.Kind kind, String name) {
    return tracer
        .spanBuilder(name)
        .setSpanKind(
            switch (kind) {
              case SERVER -> SpanKind.SERVER;
              case PRODUCER -> SpanKind.PRODUCER;
              case CONSUMER -> SpanKind.CONSUMER;
            });
  }

  private static Context remote(TraceContext parent) {
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.createFromRemoteParent(
                    parent.traceId(),
                    parent.spanId(),
                    TraceFlags.getSampled(),
                    TraceState.getDefault())));
  }

  private static TraceSpan recorded(SpanBuilder builder, int flags, String state) {
    Span span = builder.startSpan();
    SpanContext made = span.getSpanContext();
    return new OtelSpan(
        span, Optional.of(new TraceContext(made.getTraceId(), made.getSpanId(), flags, state)));
  }

  @Override
  public Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    // The export ends within its own timeout, be the other side there or not.
    provider.shutdown().whenComplete(closed::complete);
    return closed.future();
  }
}
