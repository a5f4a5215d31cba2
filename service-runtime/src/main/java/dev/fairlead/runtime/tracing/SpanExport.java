package dev.fairlead.runtime.tracing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Exports spans in batches from a thread of its own. What waits is bounded; a span beyond that is
/// dropped and counted, and so is one that the other side does not take: nobody waits for it.
final class SpanExport implements SpanProcessor {

  /// How many spans may not have been answered by the other side; some two megabytes.
  static final int SPANS_MAX = 4_096;

  private static final Duration DELAY = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(SpanExport.class);

  /// OpenTelemetry's own log goes past ours. Held here because nobody else would keep it silent.
  private static final java.util.logging.Logger SILENCED =
      java.util.logging.Logger.getLogger("io.opentelemetry");

  private final Semaphore room = new Semaphore(SPANS_MAX);
  private final SpanProcessor batches;
  private final Counter dropped;

  /// @param timeout of a request to the other side
  SpanExport(URI endpoint, Duration timeout, MeterRegistry meters) {
    SILENCED.setLevel(Level.OFF);
    this.dropped = counter(meters, "dropped");
    this.batches =
        BatchSpanProcessor.builder(
                new Answered(
                    exporter(endpoint, timeout),
                    endpoint,
                    counter(meters, "exported"),
                    counter(meters, "failed")))
            .setMaxQueueSize(SPANS_MAX)
            .setScheduleDelay(DELAY)
            .build();
  }

  private static Counter counter(MeterRegistry meters, String outcome) {
    return Counter.builder("tracing.spans")
        .description("Spans that were exported, not taken by the other side, or dropped for room")
        .tag("outcome", outcome)
        .register(meters);
  }

  private static SpanExporter exporter(URI endpoint, Duration timeout) {
    return OtlpHttpSpanExporter.builder()
        .setEndpoint(endpoint.toString())
        .setTimeout(timeout)
        .setConnectTimeout(timeout)
        .setComponentLoader(new OwnSender())
        .build();
  }

  /// Finds our client, and nothing else.
  private static final class OwnSender implements ComponentLoader {

    @Override
    public <T> Iterable<T> load(Class<T> component) {
      HttpSenderProvider own = OtlpSender::new;
      return component == HttpSenderProvider.class ? List.of(component.cast(own)) : List.of();
    }
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {}

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (room.tryAcquire()) {
      batches.onEnd(span);
    } else {
      dropped.increment();
    }
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  @Override
  public CompletableResultCode shutdown() {
    return batches.shutdown();
  }

  @Override
  public CompletableResultCode forceFlush() {
    return batches.forceFlush();
  }

  /// Makes room as batches are answered, and says when the other side goes away and comes back.
  private final class Answered implements SpanExporter {

    private final SpanExporter exporter;
    private final URI endpoint;
    private final Counter exported;
    private final Counter failed;
    private volatile boolean failing;

    Answered(SpanExporter exporter, URI endpoint, Counter exported, Counter failed) {
      this.exporter = exporter;
      this.endpoint = endpoint;
      this.exported = exported;
      this.failed = failed;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      int count = spans.size();
      CompletableResultCode answer = exporter.export(spans);
      answer.whenComplete(() -> answered(answer.isSuccess(), count));
      return answer;
    }

    private void answered(boolean taken, int spans) {
      room.release(spans);
      (taken ? exported : failed).increment(spans);
      if (taken == failing) {
        failing = !taken;
        (taken ? log.atInfo() : log.atWarn())
            .addKeyValue("endpoint", endpoint)
            .log(taken ? "spans are taken again" : "spans are not taken, and are dropped");
      }
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }
  }
}
