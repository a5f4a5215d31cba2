package dev.fairlead.registry.row;

import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits until the bus has what an operation has said, which is when the operation may answer.
public final class Published {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final PgOutbox outbox;

  public Published(PgOutbox outbox) {
    this.outbox = outbox;
  }

  /// Completes when the bus has it.
  ///
  /// @param outboxId the place in the outbox of what was said last
  /// @param otherwise what to tell when the bus does not take it in time
  /// @return fails with the problem `unavailable` after 5 seconds
  public Future<Void> within(long outboxId, String otherwise) {
    return outbox
        .published(outboxId)
        .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            cause ->
                Future.failedFuture(
                    cause instanceof TimeoutException
                        ? Problem.of(ProblemType.UNAVAILABLE, otherwise)
                            .retryAfter(TIMEOUT)
                            .exception()
                        : cause));
  }
}
