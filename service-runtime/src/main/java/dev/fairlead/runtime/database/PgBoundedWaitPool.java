package dev.fairlead.runtime.database;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PrepareOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collector;

/// A pool whose callers wait so long for a connection at most.
///
/// Vert.x's pool can bound that itself, but there a timer may outlive the wait that it is for
/// (eclipse-vertx/vertx-sql-client, issue 1567). What it then throws is thrown at whoever uses the
/// pool at that moment, and takes connections from the pool for good. Here a caller that waited too
/// long keeps its place in the queue, and gives back unused what it is served with.
final class PgBoundedWaitPool implements Pool {
  private final Pool pool;
  private final Duration waitMax;

  /// @param pool itself without a bound in time
  /// @param waitMax after it, a caller is told so by a `TimeoutException`
  PgBoundedWaitPool(Pool pool, Duration waitMax) {
    this.pool = pool;
    this.waitMax = waitMax;
  }

  @Override
  public Future<SqlConnection> getConnection() {
    Future<SqlConnection> connection = pool.getConnection();
    return connection
        .timeout(waitMax.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(_ -> connection.onSuccess(SqlConnection::close));
  }

  @Override
  public Query<RowSet<Row>> query(String sql) {
    return new PgPooledQuery<>(connection -> connection.query(sql));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql) {
    return new PgPooledPrepared<>(connection -> connection.preparedQuery(sql));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql, PrepareOptions options) {
    return new PgPooledPrepared<>(connection -> connection.preparedQuery(sql, options));
  }

  @Override
  public int size() {
    return pool.size();
  }

  @Override
  public Future<Void> close() {
    return pool.close();
  }

  private <T> Future<T> with(Function<SqlConnection, Future<T>> work) {
    return getConnection()
        .compose(connection -> work.apply(connection).onComplete(_ -> connection.close()));
  }

  private final class PgPooledQuery<T> implements Query<T> {
    private final Function<SqlConnection, Query<T>> query;

    PgPooledQuery(Function<SqlConnection, Query<T>> query) {
      this.query = query;
    }

    @Override
    public Future<T> execute() {
      return with(connection -> query.apply(connection).execute());
    }

    @Override
    public <R> Query<SqlResult<R>> collecting(Collector<Row, ?, R> collector) {
      return new PgPooledQuery<>(query.andThen(made -> made.collecting(collector)));
    }

    @Override
    public <U> Query<RowSet<U>> mapping(Function<Row, U> mapper) {
      return new PgPooledQuery<>(query.andThen(made -> made.mapping(mapper)));
    }
  }

  private final class PgPooledPrepared<T> implements PreparedQuery<T> {
    private final Function<SqlConnection, PreparedQuery<T>> query;

    PgPooledPrepared(Function<SqlConnection, PreparedQuery<T>> query) {
      this.query = query;
    }

    @Override
    public Future<T> execute() {
      return with(connection -> query.apply(connection).execute());
    }

    @Override
    public Future<T> execute(Tuple tuple) {
      return with(connection -> query.apply(connection).execute(tuple));
    }

    @Override
    public Future<T> executeBatch(List<Tuple> batch) {
      return with(connection -> query.apply(connection).executeBatch(batch));
    }

    @Override
    public <R> PreparedQuery<SqlResult<R>> collecting(Collector<Row, ?, R> collector) {
      return new PgPooledPrepared<>(query.andThen(made -> made.collecting(collector)));
    }

    @Override
    public <U> PreparedQuery<RowSet<U>> mapping(Function<Row, U> mapper) {
      return new PgPooledPrepared<>(query.andThen(made -> made.mapping(mapper)));
    }
  }
}
