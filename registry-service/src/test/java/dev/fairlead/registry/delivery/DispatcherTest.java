package dev.fairlead.registry.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class DispatcherTest {

  private static final Vertx VERTX = Vertx.vertx();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @AfterAll
  static void stop() throws Exception {
    VERTX.close().await(10, TimeUnit.SECONDS);
  }

  /// Receivers that are served until somebody says so.
  private static final class Receivers implements Dispatcher.Work<String> {
    private final Queue<String> healthy = new ConcurrentLinkedQueue<>();
    private final Queue<String> failing = new ConcurrentLinkedQueue<>();
    private final List<String> served = new CopyOnWriteArrayList<>();
    private final List<Promise<Void>> ends = new CopyOnWriteArrayList<>();

    @Override
    public Future<List<String>> claim(int most, boolean failed) {
      List<String> claimed = new ArrayList<>();
      Queue<String> from = failed ? failing : healthy;
      while (claimed.size() < most && !from.isEmpty()) {
        claimed.add(from.remove());
      }
      return Future.succeededFuture(claimed);
    }

    @Override
    public Future<Void> serve(String receiver) {
      served.add(receiver);
      Promise<Void> end = Promise.promise();
      ends.add(end);
      return end.future();
    }
  }

  @Test
  void servesSoManyAtOnceAndTheOthersAfterThem() {
    // Given
    Receivers receivers = new Receivers();
    receivers.healthy.addAll(List.of("a", "b", "c"));
    Dispatcher<String> dispatcher = new Dispatcher<>(VERTX, receivers, 2, 1);

    // When
    dispatcher.round();
    Awaitility.await().atMost(TIMEOUT).until(() -> receivers.served.size() == 2);
    List<String> first = List.copyOf(receivers.served);
    receivers.ends.getFirst().fail("it broke");

    // Then
    Awaitility.await().atMost(TIMEOUT).until(() -> receivers.served.size() == 3);
    assertThat(first).containsExactly("a", "b");
  }

  @Test
  void letsThoseThatFailNotHoldUpTheOthers() {
    // Given
    Receivers receivers = new Receivers();
    receivers.failing.addAll(List.of("x", "y", "z"));
    Dispatcher<String> dispatcher = new Dispatcher<>(VERTX, receivers, 1, 2);
    dispatcher.round();
    Awaitility.await().atMost(TIMEOUT).until(() -> receivers.served.size() == 2);

    // When
    receivers.healthy.add("a");
    dispatcher.round();

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(() -> assertThat(receivers.served).containsExactly("x", "y", "a"));
  }

  @Test
  void endsOnceNobodyIsServedAnyMore() throws Exception {
    // Given
    Receivers receivers = new Receivers();
    receivers.healthy.add("a");
    Dispatcher<String> dispatcher = new Dispatcher<>(VERTX, receivers, 1, 1);
    dispatcher.round();
    Awaitility.await().atMost(TIMEOUT).until(() -> receivers.served.size() == 1);

    // When
    Future<Void> closed = dispatcher.close();
    boolean early = closed.isComplete();
    receivers.healthy.add("b");
    receivers.ends.getFirst().complete();
    closed.await(10, TimeUnit.SECONDS);

    // Then
    assertThat(early).isFalse();
    assertThat(receivers.served).containsExactly("a");
  }
}
