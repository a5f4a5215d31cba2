package dev.fairlead.bus.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.Topic;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupConsumerIT {

  /// More than one fetch brings of a partition.
  private static final int WAITING = 3_000;

  private static final int RECORD_BYTES = 1_000;

  private final BusFixture fixture = new BusFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  /// A batch that is held until the test lets it go.
  private record Held(Context context, Promise<Void> promise) {}

  @Test
  void staysClosedWhenItsBatchEndsDuringTheClose() throws Exception {
    // Given
    AtomicReference<Optional<Held>> held = new AtomicReference<>(Optional.empty());
    GroupConsumer consumer =
        fixture
            .bus()
            .groupConsumer(
                "closing",
                Topic.EVENTS,
                (topic, state) ->
                    Future.succeededFuture(
                        state.bounds().keySet().stream()
                            .collect(Collectors.toMap(partition -> partition, partition -> 0L))),
                batch -> {
                  Promise<Void> promise = Promise.promise();
                  held.set(
                      Optional.of(
                          new Held(
                              Optional.ofNullable(Vertx.currentContext()).orElseThrow(), promise)));
                  return promise.future();
                });
    consumer.start().await();
    fixture
        .producer()
        .send(
            BusRecord.keyed(
                Topic.EVENTS, "default/a", Map.of(Headers.TYPE, "status"), new byte[] {1}))
        .await();
    await().until(() -> held.get().isPresent());
    Held batch = held.get().orElseThrow();

    // When
    Future<Void> first = consumer.close();
    batch.context().runOnContext(nothing -> batch.promise().complete());

    // Then
    first.await(20, TimeUnit.SECONDS);
    Future<Void> second = consumer.close();
    second.await(20, TimeUnit.SECONDS);
    assertThat(second.succeeded()).isTrue();
  }

  @Test
  void partitionWhoseBatchIsInWorkHoldsUpNoOther() {
    // Given
    Promise<Void> held = Promise.promise();
    List<String> handled = new CopyOnWriteArrayList<>();
    GroupConsumer consumer =
        fixture
            .bus()
            .groupConsumer(
                "side-by-side",
                Topic.INBOX,
                (topic, state) ->
                    Future.succeededFuture(
                        state.bounds().keySet().stream()
                            .collect(Collectors.toMap(partition -> partition, partition -> 0L))),
                batch -> {
                  batch.records().forEach(record -> handled.add(record.key()));
                  return batch.partition() == 0 ? held.future() : Future.succeededFuture();
                });
    fixture.closing(() -> consumer.close().await());
    consumer.start().await();
    send(0, "slow-1");
    await().untilAsserted(() -> assertThat(handled).containsExactly("slow-1"));

    // When
    send(0, "slow-2");
    send(1, "quick-1");
    await().untilAsserted(() -> assertThat(handled).containsExactly("slow-1", "quick-1"));
    send(1, "quick-2");
    await().untilAsserted(() -> assertThat(handled).hasSize(3));
    held.complete();

    // Then
    await()
        .untilAsserted(
            () -> assertThat(handled).containsExactly("slow-1", "quick-1", "quick-2", "slow-2"));
  }

  @Test
  void restsBetweenBatchesOfAPartitionAndLeavesNoneOut() {
    // Given
    List<String> slow = new CopyOnWriteArrayList<>();
    List<String> brisk = new CopyOnWriteArrayList<>();
    follow("slow", Duration.ofHours(1), slow);
    follow("brisk", Duration.ofMillis(20), brisk);
    send(0, "first");
    await().untilAsserted(() -> assertThat(slow).containsExactly("first"));

    // When
    send(0, "second");
    send(1, "other");
    send(0, "third");

    // Then
    await().untilAsserted(() -> assertThat(slow).containsExactly("first", "other"));
    await()
        .untilAsserted(
            () ->
                assertThat(brisk)
                    .containsExactlyInAnyOrder("first", "second", "third", "other")
                    .containsSubsequence("first", "second", "third"));
    assertThat(slow).containsExactly("first", "other");
  }

  @Test
  void doesNotRestWhereMuchWaits() {
    // Given
    List<String> handled = new CopyOnWriteArrayList<>();
    List<Future<?>> sent = new ArrayList<>();
    for (int i = 0; i < WAITING; i++) {
      sent.add(fixture.producer().send(large("r" + i)));
    }
    Future.all(sent).await();

    // When
    follow("behind", Duration.ofHours(1), handled);

    // Then
    await().untilAsserted(() -> assertThat(handled).hasSize(WAITING));
  }

  private void follow(String group, Duration rest, List<String> handled) {
    GroupConsumer consumer =
        fixture
            .bus()
            .groupConsumer(
                group,
                Topic.INBOX,
                (topic, state) ->
                    Future.succeededFuture(
                        state.bounds().keySet().stream()
                            .collect(Collectors.toMap(partition -> partition, partition -> 0L))),
                batch -> {
                  batch.records().forEach(record -> handled.add(record.key()));
                  return Future.succeededFuture();
                },
                rest);
    fixture.closing(() -> consumer.close().await());
    consumer.start().await();
  }

  private static BusRecord large(String key) {
    return BusRecord.addressed(
        Topic.INBOX, 0, key, Map.of(Headers.TYPE, "close"), new byte[RECORD_BYTES]);
  }

  private static BusRecord record(int partition, String key) {
    return BusRecord.addressed(
        Topic.INBOX, partition, key, Map.of(Headers.TYPE, "close"), new byte[] {1});
  }

  private void send(int partition, String key) {
    fixture.producer().send(record(partition, key)).await();
  }
}
