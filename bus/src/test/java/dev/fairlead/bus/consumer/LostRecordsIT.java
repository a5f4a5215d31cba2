package dev.fairlead.bus.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusAdmin.TopicState;
import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Records that are deleted, and handlers that throw, while a consumer is at work.
class LostRecordsIT {

  private static final int RECORDS = 60;

  /// So large that a reader has only some of the records in hand while it handles the first.
  private static final String PADDING = ":" + "x".repeat(100_000);

  private final BusFixture fixture = new BusFixture();
  private final List<String> bodies = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void send(int number) {
    fixture
        .producer()
        .send(
            BusRecord.addressed(
                Topic.INBOX,
                1,
                "default/lamp-1",
                Map.of(Headers.TYPE, "close"),
                (number + PADDING).getBytes(UTF_8)))
        .await();
  }

  private void sendAll() {
    for (int i = 0; i < RECORDS; i++) {
      send(i);
    }
  }

  private static String text(ReceivedRecord record) {
    String text = new String(record.requiredValue(), UTF_8);
    return text.substring(0, text.indexOf(':'));
  }

  private double gaps(String group) {
    return fixture.meters().counter("bus.consumer.gaps", "topic", "inbox", "group", group).count();
  }

  /// A tail under which the first records are deleted as soon as it has handled one.
  private TopicTail tailDeletedUpTo(long offset, AtomicInteger told) {
    TopicTail tail =
        fixture
            .bus()
            .tail(
                Topic.INBOX,
                Set.of(1),
                new TopicTail.Start.Beginning(),
                record -> {
                  bodies.add(text(record));
                  if (record.offset() == 0) {
                    fixture.deleteBefore(Topic.INBOX, 1, offset);
                  }
                },
                told::incrementAndGet);
    fixture.closing(() -> tail.close().await());
    return tail;
  }

  @Test
  void tailTellsOfTheGapAndGoesOnBehindIt() {
    // Given
    sendAll();
    AtomicInteger told = new AtomicInteger();

    // When
    tailDeletedUpTo(RECORDS - 2, told).start().await();

    // Then
    assertThat(bodies).startsWith("0").endsWith("58", "59").doesNotContain("57");
    assertThat(told).hasValue(1);
    assertThat(gaps("tail")).isEqualTo(1);
  }

  @Test
  void tailDoesNotWaitForRecordsThatAreGone() {
    // Given
    sendAll();
    AtomicInteger told = new AtomicInteger();

    // When
    Future<Void> start = tailDeletedUpTo(RECORDS, told).start();

    // Then
    await().until(start::isComplete);
    assertThat(start.succeeded()).isTrue();
    await().untilAsserted(() -> assertThat(told).hasValue(1));
    send(60);
    await().untilAsserted(() -> assertThat(bodies).endsWith("60"));
  }

  @Test
  void memberGoesOnBehindTheGapFromWhatIsStored() {
    // Given
    sendAll();
    Stored stored = new Stored();
    Promise<Void> first = Promise.promise();
    GroupConsumer member =
        fixture
            .bus()
            .groupConsumer(
                "gap",
                Topic.INBOX,
                stored,
                batch -> {
                  batch.records().forEach(record -> bodies.add(text(record)));
                  return first.future().onSuccess(nothing -> stored.advance(batch));
                });
    fixture.closing(() -> member.close().await());
    member.start().await();
    await().until(() -> !bodies.isEmpty());

    // When
    fixture.deleteBefore(Topic.INBOX, 1, RECORDS - 2);
    first.complete();

    // Then
    await().untilAsserted(() -> assertThat(bodies).endsWith("58", "59"));
    assertThat(bodies).doesNotContain("57").doesNotHaveDuplicates();
    assertThat(gaps("gap")).isEqualTo(1);
    await().untilAsserted(() -> assertThat(stored.next).containsEntry(1, (long) RECORDS));
  }

  @Test
  void memberAsksAgainWhereToBeginWhenItsPlaceIsBeyondTheLog() {
    // Given
    Stored stored = new Stored();
    stored.next.put(1, 1_000L);
    stored.loadsUntilRestart = 1;
    send(0);
    GroupConsumer member =
        fixture
            .bus()
            .groupConsumer(
                "cut",
                Topic.INBOX,
                stored,
                batch -> {
                  batch.records().forEach(record -> bodies.add(text(record)));
                  stored.advance(batch);
                  return Future.succeededFuture();
                });
    fixture.closing(() -> member.close().await());

    // When
    member.start().await();

    // Then
    await().untilAsserted(() -> assertThat(bodies).containsExactly("0"));
    assertThat(stored.restarts).hasValue(1);
    assertThat(gaps("cut")).isEqualTo(1);
  }

  @Test
  void memberIsGivenAgainTheBatchAtWhichItsHandlerThrew() {
    // Given
    Stored stored = new Stored();
    AtomicInteger calls = new AtomicInteger();
    GroupConsumer member =
        fixture
            .bus()
            .groupConsumer(
                "throwing",
                Topic.INBOX,
                stored,
                batch -> {
                  if (calls.getAndIncrement() == 0) {
                    throw new IllegalStateException("as asked");
                  }
                  batch.records().forEach(record -> bodies.add(text(record)));
                  return Future.succeededFuture();
                });
    fixture.closing(() -> member.close().await());
    member.start().await();

    // When
    send(0);
    await().until(() -> calls.get() > 0);
    send(1);

    // Then
    await().untilAsserted(() -> assertThat(bodies).containsExactly("0", "1"));
  }

  /// Offsets in memory.
  private static final class Stored implements Offsets {
    private final Map<Integer, Long> next = new ConcurrentHashMap<>();
    private int loadsUntilRestart;
    private final AtomicInteger restarts = new AtomicInteger();

    @Override
    public Future<Map<Integer, Long>> load(Topic topic, TopicState state) {
      Map<Integer, Long> starts = new HashMap<>();
      state
          .bounds()
          .forEach(
              (partition, bounds) -> {
                long stored = next.getOrDefault(partition, 0L);
                if (stored > bounds.end() && loadsUntilRestart-- <= 0) {
                  restarts.incrementAndGet();
                  stored = bounds.start();
                  next.put(partition, stored);
                }
                starts.put(partition, stored);
              });
      return Future.succeededFuture(starts);
    }

    void advance(Batch batch) {
      next.replace(batch.partition(), batch.first(), batch.next());
      next.putIfAbsent(batch.partition(), batch.next());
    }
  }
}
