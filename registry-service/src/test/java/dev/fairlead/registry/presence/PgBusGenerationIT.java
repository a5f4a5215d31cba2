package dev.fairlead.registry.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusAdmin.LogBounds;
import dev.fairlead.bus.BusAdmin.TopicState;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PgBusGenerationIT {

  private final Vertx vertx = Vertx.vertx();
  private Pool pool;
  private PgOffsets offsets;

  @BeforeEach
  void migrate() {
    TestBackends.Database database = TestBackends.freshDatabase();
    DatabaseSettings settings =
        new DatabaseSettings(
            database.host(),
            database.port(),
            database.database(),
            database.user(),
            Secret.of(database.password()),
            2,
            true);
    Migrations.run(settings, "registry");
    pool = PgPools.create(vertx, settings, "test", "registry");
    offsets = new PgOffsets(pool, PgSessions.CONSUMER, new PgBusGeneration());
  }

  @AfterEach
  void close() {
    pool.close().await();
    vertx.close().await();
  }

  /// What a consumer of some partitions asks when it begins.
  private void load(String topicId, long end, int... partitions) {
    Map<Integer, LogBounds> bounds = new HashMap<>();
    for (int partition : partitions) {
      bounds.put(partition, new LogBounds(0, end));
    }
    offsets.load(Topic.SESSIONS, new TopicState(topicId, bounds)).await();
  }

  private long generation() {
    return Objects.requireNonNull(pool.withConnection(PgBusGeneration::current).await());
  }

  private void run(String sql) {
    pool.query(sql).execute().await();
  }

  @Test
  void isOneAtFirst() {
    // When
    load("topic-a", 0, 0, 1, 2);

    // Then
    assertThat(generation()).isOne();
  }

  @Test
  void isRaisedOnceForATopicMadeAgainHoweverItsPartitionsAreMet() {
    // Given
    load("topic-a", 0, 0, 1, 2);

    // When
    load("topic-b", 0, 0, 1);
    load("topic-b", 0, 2);

    // Then
    assertThat(generation()).isEqualTo(2);
  }

  @Test
  void isRaisedForEachMakingOfTheTopic() {
    // Given
    load("topic-a", 0, 0, 1);
    load("topic-b", 0, 0, 1);

    // When
    load("topic-c", 0, 1);
    load("topic-c", 0, 0);

    // Then
    assertThat(generation()).isEqualTo(3);
  }

  @Test
  void isRaisedWhenTheLogLostItsEnd() {
    // Given
    load("topic-a", 9, 0, 1);
    run("update consumer_offset set next = 9");

    // When
    load("topic-a", 5, 0, 1);

    // Then
    assertThat(generation()).isEqualTo(2);
  }

  @Test
  void isNotRaisedByARestart() {
    // Given
    load("topic-a", 9, 0, 1);

    // When
    load("topic-a", 9, 0, 1);

    // Then
    assertThat(generation()).isOne();
  }

  @Test
  void forgetsSessionsAndTellsAdmission() {
    // Given
    load("topic-a", 0, 0);
    run("insert into device values ('default', 'd', null, null, '{}', now(), now())");
    run(
        """
        insert into presence (tenant, device_id, online, newest_generation, newest_offset)
        values ('default', 'd', true, 1, 5)
        """);

    // When
    load("topic-b", 0, 0);

    // Then
    var presence =
        pool.query("select online, reason, newest_generation from presence")
            .execute()
            .await()
            .iterator()
            .next();
    assertThat(presence.getBoolean("online")).isFalse();
    assertThat(presence.getString("reason")).isEqualTo(PgBusGeneration.LOG_RESTARTED);
    assertThat(presence.getLong("newest_generation")).isNull();
    assertThat(pool.query("select key from outbox").execute().await())
        .extracting(row -> row.getString("key"))
        .containsExactly("generation");
    assertThat(
            pool.query(
                    "select kind || ' ' || device || ' ' || (data ->> 'reason') as told from change")
                .execute()
                .await())
        .extracting(row -> row.getString("told"))
        .containsExactly("device.offline d log-restarted");
  }
}
