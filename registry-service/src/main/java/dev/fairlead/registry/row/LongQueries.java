package dev.fairlead.registry.row;

import dev.fairlead.runtime.abuse.FairShare;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// Connections for what may take seconds: they are none of those that everything else needs, and
/// one tenant has half of them at the most.
///
/// @param pool the connections
/// @param shares what of them each tenant may have
/// @param patience how long one waits for its turn
public record LongQueries(Pool pool, FairShare shares, Duration patience) {

  private static final Duration WAIT = Duration.ofSeconds(5);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /// Shares these connections out.
  ///
  /// @param connections how many there are
  public static LongQueries over(Pool pool, int connections) {
    return new LongQueries(pool, new FairShare(Math.max(1, connections / 2)), WAIT);
  }

  /// Does something when it is the tenant's turn, for which the calling thread waits.
  ///
  /// @param query begins it; its place is free again when it has ended
  /// @return fails with `too-many-requests` when no place came free
  public <T> Future<T> run(String tenant, Supplier<Future<T>> query) throws InterruptedException {
    if (!shares.await(tenant, patience)) {
      throw Problem.of(
              ProblemType.TOO_MANY_REQUESTS,
              "The tenant has as many long queries under way here as it may.")
          .retryAfter(RETRY_AFTER)
          .exception();
    }
    return started(tenant, query);
  }

  /// Does something if a place is free; never waits.
  ///
  /// @param query begins it; its place is free again when it has ended
  /// @return empty where none is free
  public <T> Optional<Future<T>> runIfFree(String tenant, Supplier<Future<T>> query) {
    return shares.take(tenant) ? Optional.of(started(tenant, query)) : Optional.empty();
  }

  private <T> Future<T> started(String tenant, Supplier<Future<T>> query) {
    try {
      return query.get().onComplete(done -> shares.give(tenant));
    } catch (RuntimeException e) {
      shares.give(tenant);
      throw e;
    }
  }
}
