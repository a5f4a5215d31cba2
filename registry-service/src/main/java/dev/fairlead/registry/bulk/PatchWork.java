package dev.fairlead.registry.bulk;

import dev.fairlead.bus.postgres.PgOutbox;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Works off patches, one step after the other. Runs in every replica.
final class PatchWork {

  private static final Logger log = LoggerFactory.getLogger(PatchWork.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration PUBLISHED = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Context context;
  private final PgPatchWriter writer;
  private final PgOutbox outbox;
  private final long timer;
  private Future<Void> round = Future.succeededFuture();
  private boolean closed;

  /// Begins; its context is the caller's.
  PatchWork(Vertx vertx, PgPatchWriter writer, PgOutbox outbox) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.writer = writer;
    this.outbox = outbox;
    this.timer = vertx.setPeriodic(INTERVAL.toMillis(), _ -> begin());
  }

  /// Says that there is something to do. Cheap, from any thread.
  void poke() {
    context.runOnContext(_ -> begin());
  }

  /// Stops after the step that is being taken; another replica, or the next start, goes on.
  Future<Void> close() {
    closed = true;
    vertx.cancelTimer(timer);
    return round.otherwiseEmpty();
  }

  private void begin() {
    if (!closed && round.isComplete()) {
      round =
          steps()
              .recover(
                  cause -> {
                    log.atWarn()
                        .setCause(cause)
                        .log("patch not taken further, will be tried again");
                    return writer.putBack().otherwiseEmpty();
                  });
    }
  }

  private Future<Void> steps() {
    return writer
        .step()
        .compose(
            stepped ->
                stepped.any() && !closed
                    ? published(stepped).compose(nothing -> steps())
                    : Future.succeededFuture());
  }

  /// What others have to say waits behind what was said here: no further step before it is out.
  private Future<Void> published(PgPatchWriter.Stepped stepped) {
    return stepped.outboxId().isEmpty()
        ? Future.succeededFuture()
        : outbox
            .published(stepped.outboxId().getAsLong())
            .timeout(PUBLISHED.toMillis(), TimeUnit.MILLISECONDS);
  }
}
