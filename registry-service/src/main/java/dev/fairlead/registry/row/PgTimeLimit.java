package dev.fairlead.registry.row;

import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.Objects;
import java.util.function.Function;

/// The time that a filter may take: nobody waits longer for an answer.
public final class PgTimeLimit {

  private static final String TIME_LIMIT = "set local statement_timeout = 5000";

  private static final String CANCELLED = "57014";

  private PgTimeLimit() {}

  /// Asks in a transaction, each of whose statements takes 5 seconds at the most.
  ///
  /// @return fails with the problem `filter-too-slow` where one took longer
  public static <T> Future<T> within(Pool pool, Function<SqlConnection, Future<T>> question) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .query(TIME_LIMIT)
                    .execute()
                    .compose(limited -> question.apply(transaction)))
        .map(Objects::requireNonNull)
        .recover(PgTimeLimit::tooSlow);
  }

  private static <T> Future<T> tooSlow(Throwable cause) {
    return cause instanceof PgException failure && CANCELLED.equals(failure.getSqlState())
        ? Future.failedFuture(
            new ProblemException(
                ProblemType.FILTER_TOO_SLOW,
                "It took too long to find what meets the filter. Add a condition that an index leads"
                    + " to."))
        : Future.failedFuture(cause);
  }
}
