package dev.fairlead.bus.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.producer.BusFullException;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.Position;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicTailIT {

  private final BusFixture fixture = new BusFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static BusRecord mail(int partition, String body) {
    return BusRecord.addressed(
        Topic.INBOX,
        partition,
        "default/lamp-1",
        Map.of(Headers.TYPE, "close"),
        body.getBytes(UTF_8));
  }

  private TopicTail tail(TopicTail.Start start, List<String> bodies) {
    TopicTail tail =
        fixture
            .bus()
            .tail(Topic.INBOX, Set.of(1), start, record -> bodies.add(text(record)), () -> {});
    fixture.closing(() -> tail.close().await());
    return tail;
  }

  private static String text(ReceivedRecord record) {
    return new String(record.requiredValue(), UTF_8);
  }

  @Test
  void hasReadAllThatWasThereWhenItsStartCompletes() {
    // Given
    for (int i = 0; i < 1_200; i++) {
      fixture.producer().send(mail(1, "m" + i));
    }
    fixture.producer().send(mail(1, "last")).await();
    List<String> bodies = new CopyOnWriteArrayList<>();

    // When
    tail(new TopicTail.Start.Beginning(), bodies).start().await();

    // Then
    assertThat(bodies).hasSize(1_201).endsWith("last");
  }

  @Test
  void beginsAtTheEndOfTheMomentAndMissesNothingAfterwards() {
    // Given
    fixture.producer().send(mail(1, "before")).await();
    List<String> bodies = new CopyOnWriteArrayList<>();
    tail(new TopicTail.Start.End(), bodies).start().await();

    // When
    fixture.producer().send(mail(0, "elsewhere")).await();
    fixture.producer().send(mail(1, "after")).await();

    // Then
    await().untilAsserted(() -> assertThat(bodies).containsExactly("after"));
  }

  @Test
  void beginsWithWhatCameOfLate() {
    // Given
    fixture.producer().send(mail(1, "lately")).await();
    List<String> bodies = new CopyOnWriteArrayList<>();

    // When
    tail(new TopicTail.Start.Recent(Duration.ofMinutes(1)), bodies).start().await();

    // Then
    assertThat(bodies).containsExactly("lately");
  }

  @Test
  void isCaughtUpAtOnceOnAnEmptyTopic() {
    // Given
    List<String> bodies = new CopyOnWriteArrayList<>();

    // When
    TopicTail tail = tail(new TopicTail.Start.Recent(Duration.ofMinutes(1)), bodies);
    tail.start().await();

    // Then
    assertThat(bodies).isEmpty();
  }

  @Test
  void goesOnAfterAHandlerThatThrew() {
    // Given
    List<String> bodies = new CopyOnWriteArrayList<>();
    TopicTail tail =
        fixture
            .bus()
            .tail(
                Topic.INBOX,
                Set.of(1),
                new TopicTail.Start.Beginning(),
                record -> {
                  if (text(record).equals("bad")) {
                    throw new IllegalStateException("as asked");
                  }
                  bodies.add(text(record));
                },
                () -> {});
    fixture.closing(() -> tail.close().await());
    tail.start().await();

    // When
    fixture.producer().send(mail(1, "bad")).await();
    fixture.producer().send(mail(1, "good")).await();

    // Then
    await().untilAsserted(() -> assertThat(bodies).containsExactly("good"));
  }

  @Test
  void keepsTheBytesUnderWayWithinTheBudgetAndTellsOfRoom() {
    // Given
    BusProducer small = fixture.producer(2_000);
    AtomicInteger told = new AtomicInteger();
    small.onRoom(told::incrementAndGet);
    List<Future<Position>> sent = new ArrayList<>();

    // When
    for (int i = 0; i < 5_000; i++) {
      sent.add(small.send(mail(1, "x".repeat(500))));
    }

    // Then
    await().until(() -> sent.stream().allMatch(Future::isComplete));
    assertThat(sent).anyMatch(Future::succeeded);
    assertThat(sent)
        .filteredOn(Future::failed)
        .isNotEmpty()
        .allMatch(future -> future.cause() instanceof BusFullException);
    await().untilAsserted(() -> assertThat(told.get()).isPositive());
    assertThat(small.send(mail(1, "again")).await().partition()).isEqualTo(1);
  }

  @Test
  void countsRecordThatIsNotUnderstoodAndGoesOn() {
    // Given
    List<String> bodies = new CopyOnWriteArrayList<>();
    TopicTail tail =
        fixture
            .bus()
            .tail(
                Topic.INBOX,
                Set.of(1),
                new TopicTail.Start.Beginning(),
                record -> {
                  if (text(record).equals("odd")) {
                    throw new MalformedRecordException("odd");
                  }
                  bodies.add(text(record));
                },
                () -> {});
    fixture.closing(() -> tail.close().await());

    // When
    fixture.producer().send(mail(1, "odd")).await();
    fixture.producer().send(mail(1, "good")).await();
    tail.start().await();

    // Then
    assertThat(bodies).containsExactly("good");
    assertThat(fixture.meters().counter("bus.tail.malformed", "topic", "inbox").count())
        .isEqualTo(1);
  }
}
