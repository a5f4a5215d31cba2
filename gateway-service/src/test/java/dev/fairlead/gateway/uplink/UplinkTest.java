package dev.fairlead.gateway.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.FakeBus;
import dev.fairlead.gateway.session.FakeSocket;
import dev.fairlead.gateway.session.SessionBench;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UplinkTest {

  private static final long HELD_BYTES_MAX = 3_000;

  private final FakeBus bulk = new FakeBus();
  private final FakeBus replies = new FakeBus();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Uplink uplink =
      new Uplink(
          bulk,
          replies,
          new CertificateRequests(new InboxAddress(3, "gw-a"), InstantSource.system()),
          HELD_BYTES_MAX,
          Tracing.OFF,
          InstantSource.system(),
          meters);
  private final SessionBench bench = new SessionBench(uplink::inputOf);
  private final FakeSocket socket = new FakeSocket();
  private final DeviceSession session = bench.live("d", socket);

  private void say(DeviceSession who, String words) {
    who.received(words.getBytes(UTF_8), bench.nowMillis());
  }

  private static List<String> correlations(FakeBus bus) {
    return bus.records().stream().map(record -> record.headers().get(Headers.CORRELATION)).toList();
  }

  @Test
  void acknowledgesNothingBeforeTheBusHasIt() {
    // Given
    say(session, "alert:a");
    socket.runTasks();
    List<String> before = socket.sent();

    // When
    bulk.acknowledge();
    socket.runTasks();

    // Then
    assertThat(before).containsExactly("hello");
    assertThat(socket.sent()).containsExactly("hello", "ack a");
  }

  @Test
  void tellsInOneMessageWhatBecameReadyTogether() {
    // Given
    say(session, "telemetry:a");
    say(session, "telemetry:");
    say(session, "telemetry:b");

    // When
    bulk.acknowledge();
    socket.runTasks();

    // Then
    assertThat(socket.sent()).containsExactly("hello", "ack a,b");
  }

  @Test
  void boundsTheMessageThatAcknowledges() {
    // Given
    IntStream.range(0, 300).forEach(i -> say(session, "telemetry:" + i));

    // When
    bulk.acknowledge();
    socket.runTasks();

    // Then
    List<String> acks = socket.sent().subList(1, socket.sent().size());
    assertThat(acks).hasSize(2);
    assertThat(acks.getFirst().split(",", -1)).hasSize(256);
    assertThat(acks.getLast().split(",", -1)).hasSize(44);
  }

  @Test
  void holdsTheFrameThatTheBusRefusesAndPausesThatDeviceAlone() {
    // Given
    var other = new FakeSocket();
    bench.live("e", other);
    bulk.full(true);

    // When
    say(session, "telemetry:a");

    // Then
    assertThat(socket.isReading()).isFalse();
    assertThat(other.isReading()).isTrue();
    assertThat(socket.closeCode()).isEmpty();
    assertThat(meters.get("gateway.held.sockets").gauge().value()).isEqualTo(1);
    assertThat(meters.get("gateway.held.bytes").gauge().value()).isPositive();
  }

  @Test
  void placesWhatItHeldInOrderOnceThereIsRoom() {
    // Given
    bulk.full(true);
    say(session, "status:a");
    say(session, "status:b");
    bulk.full(false);

    // When
    uplink.bulkHasRoom();
    socket.runTasks();
    uplink.bulkHasRoom();
    socket.runTasks();
    say(session, "status:c");

    // Then
    assertThat(correlations(bulk)).containsExactly("a", "b", "c");
    assertThat(socket.isReading()).isTrue();
    assertThat(meters.get("gateway.held.bytes").gauge().value()).isZero();
  }

  @Test
  void waitsOnWhenThereIsNoRoomAfterAll() {
    // Given
    bulk.full(true);
    say(session, "status:a");

    // When
    uplink.bulkHasRoom();
    socket.runTasks();

    // Then
    assertThat(socket.isReading()).isFalse();
    assertThat(uplink.isCongested()).isTrue();
    bulk.full(false);
    uplink.bulkHasRoom();
    socket.runTasks();
    assertThat(correlations(bulk)).containsExactly("a");
  }

  @Test
  void passesTheTurnOnWhenTheOneWhoWaitedIsGone() {
    // Given
    var other = new FakeSocket();
    DeviceSession second = bench.live("e", other);
    bulk.full(true);
    say(session, "status:a");
    say(second, "status:b");
    session.socketClosed();
    bulk.full(false);

    // When
    uplink.bulkHasRoom();
    socket.runTasks();
    other.runTasks();

    // Then
    assertThat(correlations(bulk)).containsExactly("b");
    assertThat(meters.get("gateway.held.bytes").gauge().value()).isZero();
  }

  @Test
  void asksToTryLaterWhenNothingMoreCanBeHeld() {
    // Given
    bulk.full(true);
    say(session, "telemetry:" + "x".repeat(1_000));
    var other = new FakeSocket();
    DeviceSession second = bench.live("e", other);

    // When
    say(second, "telemetry:" + "y".repeat(1_000));

    // Then
    assertThat(other.closeCode()).contains(1013);
    assertThat(socket.closeCode()).isEmpty();
  }

  @Test
  void closesSessionWhoseEventTheBusLost() {
    // Given
    say(session, "alert:a");

    // When
    bulk.fail();
    socket.runTasks();

    // Then
    assertThat(socket.closeCode()).contains(1013);
    assertThat(socket.sent()).containsExactly("hello");
  }

  @Test
  void sendsRepliesWhileTelemetryWaits() {
    // Given
    bulk.full(true);

    // When
    say(session, "result:c1");

    // Then
    assertThat(correlations(replies)).containsExactly("c1");
    assertThat(socket.isReading()).isTrue();
  }

  @Test
  void answersPingsAndWhatItDoesNotKnowAndClosesTheMalformed() {
    // Given
    say(session, "ping");
    say(session, "?");

    // When
    say(session, "nonsense");

    // Then
    assertThat(socket.sent()).containsExactly("hello", "pong", "what?");
    assertThat(socket.closeCode()).contains(1007);
    assertThat(meters.counter("gateway.messages.refused", "reason", "unknown-type").count())
        .isEqualTo(1);
  }
}
