package dev.fairlead.gateway.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandshakeQueueTest {

  private static final int HANDSHAKES = 3 * HandshakeQueue.AT_ONCE + 1;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicLong nanoTime = new AtomicLong();
  private final HandshakeQueue queue = new HandshakeQueue(meters, nanoTime::get);
  private final EventLoop loop = new DefaultEventLoop();
  private final List<String> happened = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private double waiting() {
    return meters.get("gateway.handshakes.waiting").gauge().value();
  }

  private void onLoop(Runnable task) {
    loop.submit(task).syncUninterruptibly();
  }

  @Test
  void beginsAFewAtOnceAndTheOthersInOrder() {
    // When
    onLoop(
        () -> {
          for (int i = 0; i < HANDSHAKES; i++) {
            String name = "h" + i;
            queue.take(loop, () -> {}, () -> happened.add(name));
          }
          happened.add("a device speaks");
        });

    // Then
    List<String> all = IntStream.range(0, HANDSHAKES).mapToObj(i -> "h" + i).toList();
    await().until(() -> happened.size() == HANDSHAKES + 1);
    assertThat(happened).filteredOn(name -> name.startsWith("h")).containsExactlyElementsOf(all);
    assertThat(happened.indexOf("a device speaks")).isEqualTo(HandshakeQueue.AT_ONCE);
    assertThat(waiting()).isZero();
  }

  @Test
  void letsOthersBetweenTwoTurns() {
    // When a device speaks as soon as the first of those that waited has begun
    onLoop(
        () -> {
          for (int i = 0; i < HANDSHAKES; i++) {
            boolean first = i == HandshakeQueue.AT_ONCE;
            queue.take(
                loop,
                () -> {},
                () -> {
                  happened.add("h");
                  if (first) {
                    loop.execute(() -> happened.add("a device speaks"));
                  }
                });
          }
        });

    // Then
    await().until(() -> happened.size() == HANDSHAKES + 1);
    assertThat(happened.indexOf("a device speaks")).isEqualTo(2 * HandshakeQueue.AT_ONCE);
  }

  @Test
  void oneThatFailsHoldsUpNone() {
    // When
    onLoop(
        () -> {
          for (int i = 0; i < HANDSHAKES; i++) {
            boolean bad = i > HandshakeQueue.AT_ONCE;
            queue.take(
                loop,
                () -> {},
                () -> {
                  happened.add("h");
                  if (bad) {
                    throw new IllegalStateException("as it should");
                  }
                });
          }
        });

    // Then
    await().until(() -> happened.size() == HANDSHAKES);
  }

  @Test
  void hasNoRoomForThoseWhoWouldWaitForLong() {
    // When turns take a minute each
    onLoop(
        () -> {
          for (int i = 0; i < HANDSHAKES; i++) {
            queue.take(
                loop,
                () -> {},
                () -> {
                  nanoTime.addAndGet(TimeUnit.MINUTES.toNanos(1));
                  happened.add("room " + queue.hasRoom(loop));
                });
          }
        });

    // Then
    await().until(() -> happened.size() == HANDSHAKES);
    assertThat(happened.subList(0, HandshakeQueue.AT_ONCE)).containsOnly("room true");
    assertThat(happened.get(HandshakeQueue.AT_ONCE)).isEqualTo("room false");
    assertThat(happened.getLast()).isEqualTo("room true");
  }

  @Test
  void appointsThoseThatThereIsNoRoomForOneAfterAnother() {
    // Given turns of eight seconds, in each of which eight can be looked at
    List<Duration> appointments = new CopyOnWriteArrayList<>();
    onLoop(
        () -> {
          for (int i = 0; i < 200 * HandshakeQueue.AT_ONCE; i++) {
            queue.take(loop, () -> {}, () -> nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1)));
          }
        });
    await().until(() -> waiting() == 0);

    // When
    onLoop(
        () -> {
          for (int i = 0; i < 100; i++) {
            appointments.add(queue.appointment(loop));
          }
        });

    // Then
    assertThat(appointments.subList(0, 9)).isSorted().doesNotHaveDuplicates();
    assertThat(appointments.getFirst()).isEqualTo(Duration.ofSeconds(1));
    assertThat(appointments.get(8)).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(10));
    assertThat(appointments)
        .allMatch(after -> after.toSeconds() >= 1 && after.compareTo(Duration.ofSeconds(10)) < 0);
  }

  @Test
  void hasNoRoomForMoreThanItsBound() {
    // When
    onLoop(
        () -> {
          for (int i = 0; i < HandshakeQueue.AT_ONCE + HandshakeQueue.WAITING_MAX; i++) {
            happened.add("room " + queue.hasRoom(loop));
            queue.take(loop, () -> {}, () -> {});
          }
          happened.add("in the end " + queue.hasRoom(loop));
          happened.add("waiting " + waiting());
        });

    // Then
    assertThat(happened)
        .doesNotContain("room false")
        .contains("in the end false", "waiting " + (double) HandshakeQueue.WAITING_MAX);
    await().until(() -> loop.submit(() -> queue.hasRoom(loop)).get());
  }
}
