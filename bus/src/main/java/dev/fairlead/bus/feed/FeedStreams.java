package dev.fairlead.bus.feed;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The streams of one feed that a process serves, and their bounds. Safe for all threads.
public final class FeedStreams {

  private static final int STREAMS_MAX = 5_000;
  private static final int READS_AT_ONCE = 3;
  private static final Duration FULL_RETRY = Duration.ofSeconds(10);

  private final FeedWaiters waiters;
  private final Gate gate = new Gate(READS_AT_ONCE);
  private final Set<FeedStream<?>> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /// Makes room for streams.
  public FeedStreams(Vertx vertx, FeedSettings settings) {
    waiters = new FeedWaiters(vertx, settings.streamsPerTenant(), STREAMS_MAX);
  }

  /// Who waits for something new.
  public FeedWaiters waiters() {
    return waiters;
  }

  /// How many streams there are.
  public int count() {
    return waiters.count();
  }

  /// Where a request wants a stream to begin: after `Last-Event-ID`, else after `cursor`. Browsers
  /// that come back ask for the same URL once more, so what they say besides counts.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `bad-cursor`
  public static Optional<Position> position(ApiRequest request) {
    return request
        .header("Last-Event-ID")
        .filter(id -> !id.isEmpty())
        .or(() -> request.query("cursor"))
        .map(Position::of);
  }

  /// Opens a stream, which has not begun yet.
  ///
  /// @param full the `detail` of the problem when there are too many
  /// @throws dev.fairlead.runtime.problem.ProblemException `too-many-requests`
  public <F> FeedStream<F> open(
      PgFeed<F> feed, TenantId tenant, F filter, Position from, String full) {
    return enter(feed, tenant, filter, from)
        .orElseThrow(
            () ->
                Problem.of(ProblemType.TOO_MANY_REQUESTS, full).retryAfter(FULL_RETRY).exception());
  }

  private <F> Optional<FeedStream<F>> enter(
      PgFeed<F> feed, TenantId tenant, F filter, Position from) {
    return closed
        ? Optional.empty()
        : waiters
            .enter(tenant)
            .map(waiter -> new FeedStream<>(feed, gate, filter, waiter, from, streams::remove))
            .filter(streams::add);
  }

  /// Ends all streams.
  public void close() {
    closed = true;
    streams.forEach(FeedStream::stop);
  }
}
