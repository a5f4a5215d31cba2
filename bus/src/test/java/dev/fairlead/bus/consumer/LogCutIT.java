package dev.fairlead.bus.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.Received;
import dev.fairlead.embedded.testing.OwnKafka;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A broker that lost the end of a log, and a consumer that had read it: the topic is the same, the
/// offsets mean other records.
class LogCutIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final OwnKafka kafka = OwnKafka.start();
  private final BusFixture fixture = new BusFixture(kafka);
  private final Pool pool = fixture.freshDatabase();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final List<String> restarts = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    fixture.close();
    kafka.close();
  }

  private long send(String body) {
    return fixture
        .producer()
        .send(
            BusRecord.addressed(
                Topic.ACCESS, 0, "a", Map.of(Headers.TYPE, "test"), body.getBytes(UTF_8)))
        .await()
        .offset();
  }

  private Future<Void> use(SqlConnection transaction, List<Received<String>> messages) {
    messages.forEach(message -> bodies.add(message.message()));
    return Future.succeededFuture();
  }

  @Test
  void beginsAnewWhenTheLogWasCutUnderIt() {
    // Given
    String topic = fixture.settings().nameOf(Topic.ACCESS);
    PgOffsets offsets =
        new PgOffsets(
            pool,
            "cut",
            (transaction, topicId) -> {
              restarts.add(topicId);
              return Future.succeededFuture();
            });
    GroupConsumer member =
        fixture
            .bus()
            .groupConsumer(
                "cut",
                Topic.ACCESS,
                offsets,
                new PgConsumer<>(
                    pool,
                    offsets,
                    "cut",
                    record -> new String(record.requiredValue(), UTF_8),
                    this::use,
                    fixture.deadLetters()));
    fixture.closing(() -> member.close().await());
    member.start().await();
    send("kept");
    long kept = kafka.logBytes(topic, 0);
    send("lost 1");
    send("lost 2");
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(bodies).hasSize(3));

    // When
    kafka.restartWithoutEnd(topic, 0, kept);

    // Then
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(bodies.subList(3, bodies.size())).containsExactly("kept"));
    assertThat(restarts).hasSize(1);
    assertThat(send("new")).isEqualTo(1);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(bodies).endsWith("kept", "new"));
  }
}
