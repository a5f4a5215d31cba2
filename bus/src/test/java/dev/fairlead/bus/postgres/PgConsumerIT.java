package dev.fairlead.bus.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.Batch;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.consumer.GroupConsumer;
import dev.fairlead.bus.consumer.StaleBatchException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PgConsumerIT {

  private static final String CONSUMER = "test";

  private final BusFixture fixture = new BusFixture();
  private final Pool pool = fixture.freshDatabase();
  private final List<String> restarts = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static BusRecord event(String key, String body) {
    return BusRecord.keyed(Topic.EVENTS, key, Map.of(Headers.TYPE, "status"), body.getBytes(UTF_8));
  }

  private static String decode(ReceivedRecord record) {
    String body = new String(record.requiredValue(), UTF_8);
    if (body.startsWith("malformed")) {
      throw new MalformedRecordException("it says so itself");
    }
    if (body.equals("bug")) {
      throw new IllegalStateException("nobody thought of it");
    }
    return body;
  }

  /// Writes each message down once more: a second effect of a record shows as a second row.
  private Future<Void> write(SqlConnection transaction, List<Received<String>> messages) {
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      return Future.failedFuture("not now");
    }
    Future<Void> written = Future.succeededFuture();
    for (Received<String> message : messages) {
      written =
          written.compose(
              nothing ->
                  transaction
                      .preparedQuery(
                          "insert into seen (partition, record_offset, key, body)"
                              + " values ($1, $2, $3, $4)")
                      .execute(
                          Tuple.of(
                              message.record().partition(),
                              message.record().offset(),
                              message.record().key(),
                              message.message()))
                      .mapEmpty());
    }
    return written;
  }

  private PgOffsets offsets() {
    return new PgOffsets(
        pool,
        CONSUMER,
        (transaction, topicId) -> {
          restarts.add(topicId);
          return Future.succeededFuture();
        });
  }

  private PgConsumer<String> consumer() {
    return new PgConsumer<>(
        pool, offsets(), CONSUMER, PgConsumerIT::decode, this::write, fixture.deadLetters());
  }

  private GroupConsumer start() {
    GroupConsumer member =
        fixture.bus().groupConsumer(CONSUMER, Topic.EVENTS, offsets(), consumer());
    member.start().await();
    fixture.closing(() -> member.close().await());
    return member;
  }

  private List<String> bodies(String key) {
    List<String> bodies = new ArrayList<>();
    for (Row row :
        pool.preparedQuery("select body from seen where key = $1 order by partition, record_offset")
            .execute(Tuple.of(key))
            .await()) {
      bodies.add(row.getString("body"));
    }
    return bodies;
  }

  private long count() {
    return pool.query("select count(*) as rows from seen")
        .execute()
        .await()
        .iterator()
        .next()
        .getLong("rows");
  }

  @Test
  void givesEachRecordItsEffectOnceAndKeepsTheOrderOfAKey() {
    // Given
    start();

    // When
    for (int i = 0; i < 900; i++) {
      fixture.producer().send(event("default/d" + i % 9, Integer.toString(i)));
    }

    // Then
    await().untilAsserted(() -> assertThat(count()).isEqualTo(900));
    List<String> expected = new ArrayList<>();
    for (int i = 4; i < 900; i += 9) {
      expected.add(Integer.toString(i));
    }
    assertThat(bodies("default/d4")).containsExactlyElementsOf(expected);
  }

  @Test
  void goesOnWhereItStoppedWithoutASecondEffect() {
    // Given
    GroupConsumer first = start();
    fixture.producer().send(event("default/a", "1")).await();
    await().untilAsserted(() -> assertThat(count()).isEqualTo(1));
    first.close().await();
    fixture.producer().send(event("default/a", "2")).await();

    // When
    start();

    // Then
    await().untilAsserted(() -> assertThat(bodies("default/a")).containsExactly("1", "2"));
  }

  @Test
  void sharesThePartitionsBetweenTwoMembers() {
    // Given
    start();
    fixture.producer().send(event("default/a", "first")).await();

    // When
    GroupConsumer second =
        fixture.bus().groupConsumer(CONSUMER, Topic.EVENTS, offsets(), consumer());
    second.start().await();
    fixture.closing(() -> second.close().await());
    for (int i = 0; i < 300; i++) {
      fixture.producer().send(event("default/d" + i, "x"));
    }

    // Then
    await().untilAsserted(() -> assertThat(count()).isEqualTo(301));
  }

  @Test
  void putsWhatItCannotDecodeWithTheDeadLettersAndGoesOn() {
    // Given
    start();

    // When
    fixture.producer().send(event("default/a", "1")).await();
    fixture.producer().send(event("default/a", "malformed")).await();
    fixture.producer().send(event("default/a", "2")).await();

    // Then
    await().untilAsserted(() -> assertThat(bodies("default/a")).containsExactly("1", "2"));
    assertThat(fixture.recordsOf(Topic.DEAD_LETTERS))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.key()).isEqualTo("default/a");
              assertThat(letter.headers())
                  .containsEntry(Headers.REASON, "it says so itself")
                  .containsEntry(Headers.TYPE, "status")
                  .containsEntry(DeadLetters.CONSUMER, CONSUMER)
                  .containsEntry(DeadLetters.TOPIC, "events");
              assertThat(letter.requiredValue()).isEqualTo("malformed".getBytes(UTF_8));
            });
    assertThat(
            fixture
                .meters()
                .counter("bus.dead.letters", "topic", "events", "consumer", CONSUMER)
                .count())
        .isEqualTo(1);
  }

  @Test
  void putsRecordAwayAtWhichItsDecoderFailsAndLosesNoneBesideIt() {
    // Given
    fixture.producer().send(event("default/a", "1"));
    fixture.producer().send(event("default/a", "bug"));
    fixture.producer().send(event("default/a", "2")).await();

    // When
    start();

    // Then
    await().untilAsserted(() -> assertThat(bodies("default/a")).containsExactly("1", "2"));
    assertThat(fixture.recordsOf(Topic.DEAD_LETTERS))
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.headers().get(Headers.REASON)).contains("nobody thought of it"));
  }

  @Test
  void putsRecordAwayWithoutItsBodyWhereBothAreTooLarge() {
    // Given
    start();
    String large = "malformed" + "x".repeat(2 * 1024 * 1024 - 150);

    // When
    fixture.producer().send(event("default/a", large)).await();
    fixture.producer().send(event("default/a", "2")).await();

    // Then
    await().untilAsserted(() -> assertThat(bodies("default/a")).containsExactly("2"));
    assertThat(fixture.recordsOf(Topic.DEAD_LETTERS))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.requiredValue().length).isZero();
              assertThat(letter.headers())
                  .containsEntry(DeadLetters.CUT, "true")
                  .containsEntry(DeadLetters.OFFSET, "0");
            });
  }

  @Test
  void findsTheOneRecordThatTheDatabaseRefuses() {
    // Given
    fixture.producer().send(event("default/a", "1"));
    fixture.producer().send(event("default/a", "refused"));
    fixture.producer().send(event("default/a", "nul \0 byte"));
    fixture.producer().send(event("default/a", "2")).await();

    // When
    start();

    // Then
    await().untilAsserted(() -> assertThat(bodies("default/a")).containsExactly("1", "2"));
    assertThat(fixture.recordsOf(Topic.DEAD_LETTERS))
        .hasSize(2)
        .allSatisfy(
            letter ->
                assertThat(letter.headers().get(Headers.REASON))
                    .startsWith("refused by the database"));
  }

  @Test
  void triesAgainUntilAFailureIsOver() {
    // Given
    failures.set(3);
    start();

    // When
    fixture.producer().send(event("default/a", "1")).await();

    // Then
    await().untilAsserted(() -> assertThat(bodies("default/a")).containsExactly("1"));
    assertThat(failures.get()).isZero();
  }

  @Test
  void refusesABatchThatWasUsedAlready() {
    // Given
    start();
    fixture.producer().send(event("default/a", "1")).await();
    await().untilAsserted(() -> assertThat(count()).isEqualTo(1));
    ReceivedRecord record = fixture.recordsOf(Topic.EVENTS).getFirst();
    Batch again = new Batch(Topic.EVENTS, record.partition(), 0, 1, List.of(record));

    // When
    Future<Void> handled = consumer().handle(again);

    // Then
    await().until(handled::isComplete);
    assertThat(handled.cause()).isInstanceOf(StaleBatchException.class);
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void beginsAnewWhenAStoredOffsetLiesBeyondTheEndOfTheLog() {
    // Given
    GroupConsumer first = start();
    first.close().await();
    pool.query("update consumer_offset set next = 1000").execute().await();
    fixture.producer().send(event("default/a", "1")).await();

    // When
    start();

    // Then
    await().untilAsserted(() -> assertThat(bodies("default/a")).containsExactly("1"));
    assertThat(restarts).hasSize(BusFixture.PARTITIONS);
  }

  @Test
  void beginsAnewOnceWhenTheTopicWasMadeAgain() {
    // Given
    GroupConsumer first = start();
    first.close().await();
    pool.query("update consumer_offset set topic_id = 'another'").execute().await();

    // When
    start();

    // Then
    assertThat(restarts).singleElement().isNotEqualTo("another");
  }
}
