package dev.fairlead.bus.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PgOutboxIT {

  private final BusFixture fixture = new BusFixture();
  private final Pool pool = fixture.freshDatabase();

  @AfterEach
  void close() {
    fixture.close();
  }

  private PgOutbox start() {
    PgOutbox outbox =
        new PgOutbox(fixture.vertx(), pool, fixture.producer(), "bustest", fixture.meters());
    outbox.start();
    fixture.closing(() -> outbox.close().await());
    return outbox;
  }

  private static BusRecord change(String body) {
    return BusRecord.keyed(
        Topic.DEVICES, "default/a", Map.of(Headers.TYPE, "present"), body.getBytes(UTF_8));
  }

  private long append(BusRecord record) {
    return requireNonNull(
        pool.withTransaction(transaction -> PgOutbox.append(transaction, record)).await());
  }

  private static List<String> bodies(List<ReceivedRecord> records) {
    return records.stream().map(record -> new String(record.requiredValue(), UTF_8)).toList();
  }

  private long rows() {
    return pool.query("select count(*) as rows from outbox")
        .execute()
        .await()
        .iterator()
        .next()
        .getLong("rows");
  }

  @Test
  void publishesInOrderThenRemoves() {
    // Given
    PgOutbox outbox = start();
    long last = 0;

    // When
    for (int i = 0; i < 50; i++) {
      last = append(change(Integer.toString(i)));
    }
    outbox.published(last).await();

    // Then
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      expected.add(Integer.toString(i));
    }
    assertThat(bodies(fixture.recordsOf(Topic.DEVICES))).containsExactlyElementsOf(expected);
    assertThat(rows()).isZero();
  }

  @Test
  void publishesManyThatWereWrittenAtOnceInOrderAndAsTheyAre() {
    // Given
    BusRecord tombstone =
        BusRecord.keyed(Topic.DEVICES, "default/b", Map.of(Headers.TYPE, "deleted"), null);

    // When
    pool.withTransaction(
            transaction ->
                PgOutbox.append(transaction, List.of(change("0"), change("1"), tombstone)))
        .await();
    start();

    // Then
    await().untilAsserted(() -> assertThat(rows()).isZero());
    List<ReceivedRecord> published = fixture.recordsOf(Topic.DEVICES);
    assertThat(bodies(published.stream().filter(record -> record.value() != null).toList()))
        .containsExactly("0", "1");
    assertThat(published)
        .filteredOn(record -> record.value() == null)
        .extracting(ReceivedRecord::key, record -> record.header(Headers.TYPE))
        .containsExactly(tuple("default/b", Optional.of("deleted")));
  }

  /// So many transactions that their numbers get another digit.
  @Test
  void publishesInTheOrderOfManyTransactions() {
    // Given
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      append(change(Integer.toString(i)));
      expected.add(Integer.toString(i));
    }

    // When
    start();

    // Then
    await().untilAsserted(() -> assertThat(rows()).isZero());
    assertThat(bodies(fixture.recordsOf(Topic.DEVICES))).containsExactlyElementsOf(expected);
  }

  /// More than it takes into memory at a time.
  @Test
  void publishesLargeRecordsInOrder() {
    // Given
    String padding = "x".repeat(600_000);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      append(change(i + padding));
      expected.add(i + padding);
    }

    // When
    start();

    // Then
    await().untilAsserted(() -> assertThat(rows()).isZero());
    assertThat(bodies(fixture.recordsOf(Topic.DEVICES))).isEqualTo(expected);
  }

  /// What has no value must not get past what does not fit.
  @Test
  void publishesTombstoneBehindLargeRecords() {
    // Given
    String padding = "x".repeat(600_000);
    for (int i = 0; i < 16; i++) {
      append(change(i + padding));
    }
    append(BusRecord.keyed(Topic.DEVICES, "default/a", Map.of(Headers.TYPE, "deleted"), null));

    // When
    start();

    // Then
    await().untilAsserted(() -> assertThat(rows()).isZero());
    List<ReceivedRecord> published = fixture.recordsOf(Topic.DEVICES);
    assertThat(published).hasSize(17);
    assertThat(published.getLast().value()).isNull();
  }

  @Test
  void publishesWhatAnEarlierProcessLeft() {
    // Given
    append(change("left"));

    // When
    start();

    // Then
    await().untilAsserted(() -> assertThat(rows()).isZero());
    assertThat(bodies(fixture.recordsOf(Topic.DEVICES))).containsExactly("left");
  }

  @Test
  void saysNothingOfATransactionThatRolledBack() {
    // Given
    PgOutbox outbox = start();

    // When
    Future<Void> rolledBack =
        pool.withTransaction(
                transaction ->
                    PgOutbox.append(transaction, change("never"))
                        .compose(id -> Future.failedFuture("rolled back")))
            .mapEmpty();
    await().until(rolledBack::failed);
    outbox.published(append(change("said"))).await();

    // Then
    assertThat(bodies(fixture.recordsOf(Topic.DEVICES))).containsExactly("said");
  }

  @Test
  void neverOvertakesAnOlderTransactionThatCommitsLater() {
    // Given
    PgOutbox outbox = start();
    SqlConnection older = pool.getConnection().await();
    Transaction transaction = older.begin().await();
    PgOutbox.append(older, change("older")).await();

    // When
    Future<Void> newer = outbox.published(append(change("newer")));
    transaction.commit().await();
    newer.await();
    older.close().await();

    // Then
    assertThat(bodies(fixture.recordsOf(Topic.DEVICES))).containsExactly("older", "newer");
  }

  @Test
  void isPublishedByOneOfTwoReplicasAndEitherMayWait() throws Exception {
    // Given
    PgOutbox one = start();
    PgOutbox other = start();

    // When
    List<Future<Void>> published = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      published.add((i % 2 == 0 ? one : other).published(append(change(Integer.toString(i)))));
    }
    for (Future<Void> future : published) {
      future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    // Then
    assertThat(bodies(fixture.recordsOf(Topic.DEVICES)))
        .hasSize(40)
        .startsWith("0", "1")
        .endsWith("38", "39");
  }

  @Test
  void keepsTombstonesAndAddressesAsTheyAre() {
    // Given
    PgOutbox outbox = start();
    BusRecord tombstone =
        BusRecord.keyedBeside(
            Topic.SESSIONS, "default/a/s1", "default/a", Map.of(Headers.TYPE, "closed"), null);
    BusRecord mail =
        BusRecord.addressed(Topic.INBOX, 1, "default/a", Map.of(Headers.TO, "gw"), new byte[0]);

    // When
    append(tombstone);
    outbox.published(append(mail)).await();

    // Then
    assertThat(fixture.recordsOf(Topic.SESSIONS))
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.value()).isNull();
              assertThat(record.key()).isEqualTo("default/a/s1");
            });
    assertThat(fixture.recordsOf(Topic.INBOX))
        .singleElement()
        .satisfies(record -> assertThat(record.partition()).isEqualTo(1));
  }

  @Test
  void givesUpRecordForPartitionThatIsNotThere() {
    // Given
    append(BusRecord.addressed(Topic.INBOX, 99, "default/a", Map.of(), new byte[1]));
    append(change("behind"));

    // When
    start();

    // Then
    List<ReceivedRecord> records = fixture.recordsOf(Topic.DEVICES);
    await().untilAsserted(() -> assertThat(bodies(records)).containsExactly("behind"));
    await().untilAsserted(() -> assertThat(rows()).isZero());
    assertThat(fixture.meters().counter("bus.outbox.refused").count()).isEqualTo(1);
  }
}
