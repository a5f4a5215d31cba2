package dev.fairlead.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.CloseReason;
import org.junit.jupiter.api.Test;

class SessionLifecycleTest {

  private final SessionBench bench = new SessionBench();
  private final FakeSocket socket = new FakeSocket();

  @Test
  void readsNothingBeforeTheBusHasTheSession() {
    // Given
    DeviceSession session = bench.open("d", socket);
    boolean readEarly = socket.isReading() || !socket.sent().isEmpty();

    // When
    bench.bus().acknowledge();

    // Then
    assertThat(readEarly).isFalse();
    assertThat(session.isLive()).isTrue();
    assertThat(socket.sent()).containsExactly("hello");
    assertThat(socket.isReading()).isTrue();
  }

  @Test
  void asksToTryLaterWhenTheBusIsFull() {
    // Given
    bench.bus().full(true);

    // When
    bench.open("d", socket);

    // Then
    assertThat(socket.closeCode()).contains(1013);
    assertThat(bench.registry().size()).isZero();
    assertThat(bench.bus().records()).isEmpty();
  }

  @Test
  void takesBackTheRecordOfASessionThatEndedBeforeTheBusHadIt() {
    // Given
    DeviceSession session = bench.open("d", socket);
    bench.lifecycle().socketClosed(session);

    // When
    bench.bus().acknowledge();

    // Then
    assertThat(bench.bus().types()).containsExactly("opened", "closed");
    assertThat(bench.bus().records().getLast().headers()).containsEntry(Headers.EPOCH, "0.0");
    assertThat(socket.sent()).isEmpty();
  }

  @Test
  void closesSessionWhoseCredentialWasRevokedMeanwhile() {
    // Given
    bench.open("d", socket);
    bench.access(new AccessMessage.Revocation(DeviceKey.of("default", "d"), 2, Long.MAX_VALUE));

    // When
    bench.bus().acknowledge();

    // Then
    assertThat(socket.closeCode()).contains(4002);
    assertThat(socket.sent()).isEmpty();
    assertThat(bench.bus().records().getLast().headers())
        .containsEntry(Headers.REASON, CloseReason.REVOKED);
  }

  @Test
  void saysThatADeviceIsShutOutWhereItIs() {
    // Given
    bench.open("d", socket);
    bench.access(new AccessMessage.Block(DeviceKey.of("default", "d")));

    // When
    bench.bus().acknowledge();

    // Then
    assertThat(socket.closeCode()).contains(4002);
    assertThat(bench.bus().records().getLast().headers())
        .containsEntry(Headers.REASON, CloseReason.BLOCKED);
  }

  @Test
  void opensAnewWhenTheGenerationChangedMeanwhile() {
    // Given
    DeviceSession session = bench.open("d", socket);
    bench.access(new AccessMessage.Generation(5));

    // When
    bench.bus().acknowledge();

    // Then
    assertThat(bench.bus().types()).containsExactly("opened", "opened");
    assertThat(session.epoch().generation()).isEqualTo(5);
    assertThat(socket.sent()).containsExactly("hello");
  }

  @Test
  void resumesWhenTheBusForgotTheSessionWhileItsRecordWasUnderWay() {
    // Given
    DeviceSession session = bench.open("d", socket);
    bench.lifecycle().forgotten();

    // When
    bench.bus().acknowledge();
    bench.bus().acknowledge();

    // Then
    assertThat(bench.bus().types()).containsExactly("opened", "resumed");
    assertThat(bench.bus().records().getLast().headers())
        .containsEntry(Headers.EPOCH, session.epoch().toString());
    assertThat(session.isLive()).isTrue();
  }

  @Test
  void closesTheOlderSessionOfTheDeviceAndKeepsTheNewer() {
    // Given
    bench.live("d", socket);
    var newer = new FakeSocket();

    // When
    DeviceSession session = bench.live("d", newer);
    socket.runTasks();

    // Then
    assertThat(socket.closeCode()).contains(4001);
    assertThat(newer.closeCode()).isEmpty();
    assertThat(bench.registry().newestOf(session.device())).contains(session);
    assertThat(bench.registry().size()).isEqualTo(1);
  }

  @Test
  void saysOnceThatASessionIsOver() {
    // Given
    DeviceSession session = bench.live("d", socket);

    // When
    session.close(Ending.TIMED_OUT);
    session.close(Ending.DRAINED);
    bench.lifecycle().socketClosed(session);

    // Then
    assertThat(bench.bus().types()).containsExactly("opened", "closed");
    assertThat(bench.bus().records().getLast().headers())
        .containsEntry(Headers.REASON, CloseReason.TIMED_OUT);
  }

  @Test
  void closesDeviceThatDoesNotReadWhatItIsSent() {
    // Given
    DeviceSession session = bench.live("d", socket);
    socket.queue(SessionBench.QUEUE_BYTES_MAX - 10);
    boolean fits = session.send(new byte[10]);

    // When
    boolean beyond = session.send(new byte[11]);

    // Then
    assertThat(fits).isTrue();
    assertThat(beyond).isFalse();
    assertThat(socket.closeCode()).contains(1013);
  }

  @Test
  void triesAnEndAgainUntilTheBusHasIt() {
    // Given
    DeviceSession session = bench.live("d", socket);
    bench.bus().full(true);
    session.close(Ending.DRAINED);
    var all = bench.tombstones().allAcknowledged();
    bench.tombstones().retry();
    boolean early = all.isComplete() || bench.bus().types().contains("closed");

    // When
    bench.bus().full(false);
    bench.tombstones().retry();
    bench.bus().acknowledge();

    // Then
    assertThat(early).isFalse();
    assertThat(bench.bus().types()).containsExactly("opened", "closed");
    assertThat(all.succeeded()).isTrue();
  }

  @Test
  void dropsAndCountsEndsBeyondTheBound() {
    // Given
    for (int i = 0; i < 4; i++) {
      bench.live("d" + i, new FakeSocket());
    }
    bench.bus().full(true);

    // When
    bench.registry().all().forEach(session -> session.close(Ending.DRAINED));
    bench.bus().full(false);
    bench.tombstones().retry();

    // Then
    assertThat(bench.bus().types()).filteredOn("closed"::equals).hasSize(3);
    assertThat(bench.meters().counter("gateway.tombstones.dropped").count()).isEqualTo(1);
  }
}
