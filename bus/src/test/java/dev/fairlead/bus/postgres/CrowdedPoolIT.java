package dev.fairlead.bus.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Many callers on many threads want the few connections of a pool.
class CrowdedPoolIT {
  private static final int CONNECTIONS = 2;
  private static final int CALLERS = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /// Longer than a caller may wait: what was set up for its waiting must be over by then.
  private static final Duration CROWD = Duration.ofSeconds(7);

  private final Vertx vertx = Vertx.vertx();
  private final Collection<Throwable> failures = new ConcurrentLinkedQueue<>();
  private Pool pool;

  @BeforeEach
  void start() {
    Database database = TestBackends.freshDatabase();
    pool =
        PgPools.create(
            vertx,
            new DatabaseSettings(
                database.host(),
                database.port(),
                database.database(),
                database.user(),
                Secret.of(database.password()),
                CONNECTIONS,
                true),
            "test",
            "public");
    vertx.exceptionHandler(failures::add);
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void servesEveryCallerOnceAndLosesNoConnection() {
    // When
    long end = System.nanoTime() + CROWD.toNanos();
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (int caller = 0; caller < CALLERS; caller++) {
        threads.execute(() -> callUntil(end));
      }
    }

    // Then
    assertThat(failures).isEmpty();
    assertThat(takeAll()).hasSize(CONNECTIONS);
  }

  @Test
  void tellsWhoeverWaitedTooLongAndLosesNoConnection() {
    // Given
    List<SqlConnection> taken = takeAll();
    Future<SqlConnection> late = pool.getConnection();
    Future<RowSet<Row>> lateQuery = pool.preparedQuery("select $1::int").execute(Tuple.of(1));

    // When
    await().atMost(PATIENCE).until(() -> late.isComplete() && lateQuery.isComplete());

    // Then
    assertThat(late.cause()).isInstanceOf(TimeoutException.class);
    assertThat(lateQuery.cause()).isInstanceOf(TimeoutException.class);
    taken.forEach(connection -> connection.close().await());
    assertThat(takeAll()).hasSize(CONNECTIONS);
  }

  private List<SqlConnection> takeAll() {
    return IntStream.range(0, CONNECTIONS).mapToObj(_ -> pool.getConnection().await()).toList();
  }

  private void callUntil(long end) {
    while (System.nanoTime() < end) {
      try {
        pool.withConnection(connection -> connection.query("select 1").execute()).await();
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
  }
}
