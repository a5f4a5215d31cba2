package dev.fairlead.registry.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.abuse.FairShare;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LongQueriesTest {

  private final Vertx vertx = Vertx.vertx();
  private final LongQueries queries =
      new LongQueries(
          PgPools.create(
              vertx,
              DatabaseSettings.from(Settings.of(Map.of("FAIRLEAD_DATABASE_PASSWORD", "unused"))),
              "test",
              "registry"),
          new FairShare(1),
          Duration.ofMillis(1));

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void refusesTenantWhoseQueriesStillRunAndNobodyElse() throws InterruptedException {
    // Given
    Promise<String> running = Promise.promise();
    Future<String> first = queries.run("acme", running::future);

    // When
    Future<String> others = queries.run("umbrella", () -> Future.succeededFuture("found"));

    // Then
    assertThatThrownBy(() -> queries.run("acme", () -> Future.succeededFuture("found")))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("long queries");
    assertThat(others.result()).isEqualTo("found");
    assertThat(first.isComplete()).isFalse();
  }

  @Test
  void goesOnWhenQueryHasEnded() throws InterruptedException {
    // Given
    Promise<String> running = Promise.promise();
    Future<String> first = queries.run("acme", running::future);

    // When
    running.fail("the database is away");
    Future<String> next = queries.run("acme", () -> Future.succeededFuture("found"));

    // Then
    assertThat(first.failed()).isTrue();
    assertThat(next.result()).isEqualTo("found");
  }

  @Test
  void goesOnAfterQueryThatCouldNotBeBegun() throws InterruptedException {
    // Given
    assertThatThrownBy(() -> queries.run("acme", LongQueriesTest::broken))
        .isInstanceOf(IllegalStateException.class);

    // When
    Future<String> next = queries.run("acme", () -> Future.succeededFuture("found"));

    // Then
    assertThat(next.result()).isEqualTo("found");
  }

  private static Future<String> broken() {
    throw new IllegalStateException("no");
  }
}
