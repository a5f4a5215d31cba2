package dev.fairlead.bus.consumer;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.runtime.tracing.TraceSpan;
import dev.fairlead.runtime.tracing.Tracing;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/// Has the records of a batch that name a trace traced while they are handled. A batch that is
/// handled again is traced again.
public final class TracedBatches implements BatchHandler {

  private final Tracing tracing;
  private final BatchHandler handler;

  /// @param handler of the batches
  public TracedBatches(Tracing tracing, BatchHandler handler) {
    this.tracing = tracing;
    this.handler = handler;
  }

  @Override
  public Future<Void> handle(Batch batch) {
    List<TraceSpan> spans = new ArrayList<>();
    for (ReceivedRecord record : batch.records()) {
      record.trace().ifPresent(trace -> spans.add(span(record)));
    }
    Future<Void> handled = handler.handle(batch);
    return spans.isEmpty() ? handled : handled.onComplete(_ -> end(spans, handled));
  }

  @Override
  public void rereadWith(IntConsumer reread) {
    handler.rereadWith(reread);
  }

  private TraceSpan span(ReceivedRecord record) {
    return tracing
        .follow(TraceSpan.Kind.CONSUMER, "take " + record.topic().suffix(), record.trace())
        .with("messaging.destination.name", record.topic().suffix())
        .with(TraceSpan.DEVICE, record.key());
  }

  private static void end(List<TraceSpan> spans, Future<Void> handled) {
    for (TraceSpan span : spans) {
      (handled.succeeded() ? span : span.failed("not handled, will be tried again")).end();
    }
  }
}
