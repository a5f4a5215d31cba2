package dev.fairlead.registry.telemetry;

import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.Batch;
import dev.fairlead.bus.consumer.BatchHandler;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.consumer.StaleBatchException;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.registry.reject.PgRejects;
import dev.fairlead.registry.reject.RejectSort;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.registry.subdevice.PgSpeakers;
import dev.fairlead.registry.telemetry.PgTelemetryRows.Written;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the latest values of each device, within the row budget.
///
/// What a partition brings is folded in memory into a [Span], and becomes one transaction with the
/// offset that it reaches: a device has one row in it, however many records there were. Spans are
/// written one after the other, the oldest first, whenever the budget has paid for the one before;
/// the shorter it is, the longer they grow and the less often a device is written. A batch counts
/// as handled once it is folded. What was not written when the process ends is read again, from the
/// offset that was.
///
/// Once the spans take as much memory as they may, nothing is read until one was written.
///
/// Confined to the context of its consumer.
final class PgTelemetry implements BatchHandler {

  static final String CONSUMER = "registry-telemetry";

  private static final Logger log = LoggerFactory.getLogger(PgTelemetry.class);

  /// For so long records are gathered even where the budget is ample.
  private static final long LINGER_NANOS = Duration.ofMillis(100).toNanos();

  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  /// In so long a device may bring any number of intervals, as one does that was away; of a span
  /// that lasts, each device has one, so that the rows of a span have a bound.
  private static final long CATCH_UP_NANOS = Duration.ofSeconds(10).toNanos();

  private final Vertx vertx;
  private final Pool pool;
  private final PgOffsets offsets;
  private final DeadLetters deadLetters;
  private final SchemaCheck check;
  private final PgRejects rejects;
  private final PgOutbox outbox;
  private final TelemetrySettings settings;
  private final Optional<Samples.Plan> plan;
  private final RowBudget budget;
  private final Counter unreadable;
  private final Counter refused;
  private final Counter unknown;
  private final Counter dropped;
  private final Counter rows;

  private final Map<Integer, Span> spans = new HashMap<>();
  private final Set<Integer> handling = new HashSet<>();
  private final Set<Integer> overtaken = new HashSet<>();
  private Promise<Void> progress = Promise.promise();
  private IntConsumer reread = partition -> {};
  private @Nullable Span writing;
  private long retryAt = System.nanoTime();
  private boolean timed;
  private volatile long pendingBytes;
  private boolean closed;

  /// @param pool of connections that nothing else waits for
  /// @param check what measurements must be like
  /// @param outbox wakes the readers of the feed
  /// @param clock what the history's retention counts from
  PgTelemetry(
      Vertx vertx,
      Pool pool,
      DeadLetters deadLetters,
      SchemaCheck check,
      PgOutbox outbox,
      TelemetrySettings settings,
      InstantSource clock,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.pool = pool;
    this.offsets = new PgOffsets(pool, CONSUMER, PgOffsets.LogRestartHandler.IGNORED);
    this.deadLetters = deadLetters;
    this.check = check;
    this.rejects = new PgRejects(RejectSort.TELEMETRY, meters);
    this.outbox = outbox;
    this.settings = settings;
    this.plan = Samples.Plan.of(settings, clock);
    this.budget = new RowBudget(settings.rowsPerSecond(), System::nanoTime);
    this.unreadable = meters.counter("registry.telemetry.unreadable");
    this.refused = meters.counter("registry.telemetry.values.refused");
    this.unknown = meters.counter("registry.telemetry.unknown.device");
    this.dropped = meters.counter("registry.telemetry.history.dropped");
    this.rows = meters.counter("registry.telemetry.rows");
    Gauge.builder("registry.telemetry.pending.bytes", this, each -> each.pendingBytes)
        .description("Memory of measurements that are not written yet")
        .register(meters);
  }

  /// The way from the topic into the tables. Counted are records whose body is no JSON object
  /// (`registry.telemetry.unreadable`), values that are not shown
  /// (`registry.telemetry.values.refused`), records of devices that do not exist
  /// (`registry.telemetry.unknown.device`), numbers that the history did not take
  /// (`registry.telemetry.history.dropped`), and the rows that were written
  /// (`registry.telemetry.rows`).
  Feed feed() {
    return new Feed(CONSUMER, Topic.TELEMETRY, offsets, this);
  }

  /// Writes nothing more; what is under way may still be committed.
  void close() {
    closed = true;
    progress();
  }

  @Override
  public void rereadWith(IntConsumer way) {
    reread = way;
  }

  @Override
  public Future<Void> handle(Batch batch) {
    handling.add(batch.partition());
    return room(batch.partition())
        .compose(nothing -> take(batch))
        .onComplete(
            done -> {
              handling.remove(batch.partition());
              look();
            });
  }

  /// Waits while the partition's span is being written, and while there is no memory for more.
  private Future<Void> room(int partition) {
    if (closed) {
      return Future.failedFuture("telemetry was closed");
    }
    if (overtaken.remove(partition)) {
      return Future.failedFuture(new StaleBatchException());
    }
    Span busy = writing;
    if ((busy == null || busy.partition() != partition) && !isFull()) {
      return Future.succeededFuture();
    }
    look();
    return progress.future().compose(nothing -> room(partition));
  }

  private boolean isFull() {
    return pendingBytes >= settings.pendingBytes();
  }

  private Future<Void> take(Batch batch) {
    Span span = spanOf(batch);
    span.taking(true);
    List<Measurements> messages = new ArrayList<>(batch.records().size());
    return decode(batch, messages)
        .compose(
            nothing ->
                PgSpeakers.heeded(
                    pool, messages, Measurements::spoken, stranger -> unknown.increment()))
        .compose(heeded -> take(span, heeded))
        .onSuccess(nothing -> span.reach(batch.next()))
        .onComplete(
            done -> {
              span.taking(false);
              weigh();
            })
        .mapEmpty();
  }

  private Future<Void> take(Span span, List<Measurements> messages) {
    return read(span, messages)
        .compose(
            read -> {
              span.know(read);
              return check.violations(pool, devices(messages), messages);
            })
        .<Void>map(
            violations -> {
              for (int i = 0; i < messages.size(); i++) {
                fold(span, messages.get(i), violations.get(i));
              }
              return null;
            });
  }

  private static Set<DeviceKey> devices(List<Measurements> messages) {
    return messages.stream().map(Measurements::device).collect(Collectors.toUnmodifiableSet());
  }

  /// The span that the batch goes on with. One that ended elsewhere is of a time before the
  /// partition was here again: its records are those that come now.
  private Span spanOf(Batch batch) {
    Span span = spans.get(batch.partition());
    if (span == null || span.next() != batch.first()) {
      span = new Span(batch.partition(), batch.first(), System.nanoTime());
      spans.put(batch.partition(), span);
    }
    return span;
  }

  private Future<Void> decode(Batch batch, List<Measurements> messages) {
    List<Future<?>> putAway = new ArrayList<>();
    for (ReceivedRecord record : batch.records()) {
      try {
        messages.add(Measurements.decode(record));
      } catch (MalformedRecordException e) {
        putAway.add(deadLetters.put(record, CONSUMER, String.valueOf(e.getMessage())));
      } catch (RuntimeException e) {
        // A decoder's bug: the same record would meet it again and hold up all behind it.
        log.atError().addKeyValue("consumer", CONSUMER).setCause(e).log("decoder failed");
        putAway.add(deadLetters.put(record, CONSUMER, "not decoded: " + e));
      }
    }
    return Future.all(putAway).mapEmpty();
  }

  private Future<Map<DeviceKey, LatestValues>> read(Span span, List<Measurements> messages) {
    return PgTelemetryRows.read(pool, span.unread(devices(messages)));
  }

  private void fold(Span span, Measurements measured, List<Violation> violations) {
    @Nullable LatestValues before = span.latest(measured.device());
    if (!measured.readable()) {
      unreadable.increment();
    } else if (before == null) {
      unknown.increment();
    } else if (!violations.isEmpty() && !before.isLate(measured)) {
      span.refused().add(measured.device(), measured.takenAt(), measured.values(), violations);
    } else {
      LatestValues.Step step = before.after(measured);
      refused.increment(step.refused());
      if (!before.isLate(measured)) {
        span.put(measured.device(), step.after());
        plan.ifPresent(how -> sample(how, span, measured, before, step.after()));
      }
    }
  }

  private void sample(
      Samples.Plan how, Span span, Measurements measured, LatestValues before, LatestValues after) {
    boolean lasts = span.age() > CATCH_UP_NANOS;
    dropped.increment(
        span.samples(measured.device())
            .take(how, measured, before, after, lasts ? 1 : Samples.INTERVALS_MAX));
  }

  private void weigh() {
    long bytes = 0;
    for (Span span : spans.values()) {
      bytes += span.bytes();
    }
    pendingBytes = bytes;
  }

  /// Writes the oldest span if it is time, or looks again when it is.
  private void look() {
    if (closed || writing != null) {
      return;
    }
    Optional<Span> oldest =
        spans.values().stream().filter(Span::isReady).max(Comparator.comparingLong(Span::age));
    if (oldest.isEmpty()) {
      return;
    }
    Span span = oldest.get();
    long now = System.nanoTime();
    long linger = isFull() ? 0 : LINGER_NANOS - span.age();
    long wait = Math.max(Math.max(budget.waitNanos(), linger), retryAt - now);
    if (wait <= 0) {
      write(span);
    } else if (!timed) {
      timed = true;
      vertx.setTimer(
          Math.max(1, Duration.ofNanos(wait).toMillis()),
          id -> {
            timed = false;
            look();
          });
    }
  }

  private void write(Span span) {
    writing = span;
    long begun = System.nanoTime();
    pool.withTransaction(
            transaction ->
                offsets
                    .advance(transaction, batchOf(span))
                    .compose(
                        nothing ->
                            PgTelemetryRows.writeLatest(transaction, span.rows(), span.isCareful()))
                    .compose(
                        latest ->
                            PgTelemetryRows.writeHistory(
                                    transaction, span.history(), span.isCareful())
                                .map(latest::and))
                    .compose(done -> rejects.write(transaction, span.refused()).map(told -> done)))
        .map(Objects::requireNonNull)
        .onComplete(
            done -> {
              writing = null;
              if (done.succeeded()) {
                written(span, done.result(), begun);
              } else {
                notWritten(span, done.cause());
              }
              progress();
              look();
            });
  }

  private static Batch batchOf(Span span) {
    return new Batch(Topic.TELEMETRY, span.partition(), span.first(), span.next(), List.of());
  }

  private void written(Span span, Written done, long begunNanos) {
    forget(span);
    if (!span.refused().isEmpty()) {
      outbox.poke(); // the feed may have been told
    }
    rows.increment(done.rows());
    refused.increment(done.refused());
    // One more is the offset's.
    budget.spend(done.rows() + 1, begunNanos);
  }

  private void notWritten(Span span, Throwable cause) {
    if (cause instanceof StaleBatchException) {
      forget(span);
      if (handling.contains(span.partition())) {
        overtaken.add(span.partition());
      } else {
        reread.accept(span.partition());
      }
    } else if (PgTelemetryRows.isAboutContent(cause) && !span.isCareful()) {
      log.atWarn().setCause(cause).log("a row was refused, the others are written one by one");
      span.beCareful();
    } else {
      retryAt = System.nanoTime() + RETRY_NANOS;
      log.atWarn()
          .addKeyValue("partition", span.partition())
          .setCause(cause)
          .log("telemetry not written, will be tried again");
    }
  }

  private void forget(Span span) {
    spans.remove(span.partition(), span);
    weigh();
  }

  /// Whoever waits looks again whether there is room.
  private void progress() {
    Promise<Void> over = progress;
    progress = Promise.promise();
    over.complete();
  }
}
