package dev.fairlead.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.admission.DeviceCredential;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LivenessSweepTest {

  private final SessionBench bench = new SessionBench();
  private final FakeSocket socket = new FakeSocket();

  @Test
  void pingsOnceInEachKeepalive() {
    // Given
    DeviceSession session = bench.live("d", socket);

    // When
    for (int i = 0; i < 50; i++) {
      session.seen(bench.nowMillis());
      bench.pass(Duration.ofSeconds(1), socket);
    }

    // Then
    assertThat(socket.pings()).isEqualTo(5);
    assertThat(socket.closeCode()).isEmpty();
  }

  @Test
  void endsSessionThatIsSilentForMoreThanOneAndAHalfKeepalives() {
    // Given
    bench.live("d", socket);
    bench.pass(Duration.ofSeconds(15), socket);
    boolean early = socket.closeCode().isPresent();

    // When
    bench.pass(Duration.ofSeconds(1), socket);

    // Then
    assertThat(early).isFalse();
    assertThat(socket.closeCode()).contains(4008);
  }

  @Test
  void pingsAndEndsTheSilentAsEverAfterTheClockWasSetBack() {
    // Given
    bench.live("d", socket);
    bench.setBack(Duration.ofHours(1));

    // When
    bench.pass(Duration.ofSeconds(2), socket);
    int pings = socket.pings();
    bench.pass(Duration.ofSeconds(15), socket);

    // Then
    assertThat(pings).isEqualTo(1);
    assertThat(socket.closeCode()).contains(4008);
  }

  @Test
  void hearsEvenFramesThatNothingComesOf() {
    // Given
    DeviceSession session = bench.live("d", socket);
    bench.pass(Duration.ofSeconds(15), socket);

    // When
    session.received(new byte[0], bench.nowMillis());
    bench.pass(Duration.ofSeconds(15), socket);

    // Then
    assertThat(socket.closeCode()).isEmpty();
  }

  @Test
  void pingsAndSparesThoseThatItDoesNotRead() {
    // Given
    DeviceSession session = bench.live("d", socket);
    session.hold(DeviceSession.Hold.BUS);

    // When
    bench.pass(Duration.ofSeconds(60), socket);

    // Then
    assertThat(socket.closeCode()).isEmpty();
    assertThat(socket.pings()).isEqualTo(6);
    session.release(DeviceSession.Hold.BUS, bench.nowMillis());
    bench.pass(Duration.ofSeconds(15), socket);
    assertThat(socket.closeCode()).isEmpty();
  }

  @Test
  void sparesEverybodyAfterItStoodStillItself() {
    // Given
    bench.live("d", socket);
    bench.pass(Duration.ofSeconds(1), socket);
    bench.standStill(Duration.ofSeconds(60));

    // When
    bench.pass(Duration.ofSeconds(10), socket);

    // Then
    assertThat(socket.closeCode()).isEmpty();
    bench.pass(Duration.ofSeconds(10), socket);
    assertThat(socket.closeCode()).contains(4008);
  }

  @Test
  void looksAgainBeforeItEndsASession() {
    // Given
    DeviceSession session = bench.live("d", socket);
    bench.pass(Duration.ofSeconds(15), socket);
    bench.standStill(Duration.ofSeconds(1));
    bench.sweep();

    // When
    session.seen(bench.nowMillis());
    socket.runTasks();

    // Then
    assertThat(socket.closeCode()).isEmpty();
  }

  @Test
  void endsSessionWhoseCertificateRunsOut() {
    // Given
    String authority = "0a".repeat(32);
    bench.access(
        new AccessMessage.CertificateAuthority(
            TenantId.DEFAULT, authority, "", AccessMessage.CertificateAuthority.Kind.OWN));
    var certificate =
        new DeviceCredential.Certificate(
            DeviceKey.of("default", "d"), 1, "0b".repeat(32), authority, bench.nowMillis() + 2_000);
    bench.live(certificate, socket);
    bench.pass(Duration.ofMillis(1_999), socket);
    boolean early = socket.closeCode().isPresent();

    // When
    bench.pass(Duration.ofMillis(1), socket);

    // Then
    assertThat(early).isFalse();
    assertThat(socket.closeCode()).contains(4002);
  }

  @Test
  void endsSessionThatTheBusDoesNotTakeInTime() {
    // Given
    bench.open("d", socket);
    bench.pass(Duration.ofSeconds(5), socket);
    boolean early = socket.closeCode().isPresent();

    // When
    bench.pass(Duration.ofSeconds(1), socket);

    // Then
    assertThat(early).isFalse();
    assertThat(socket.closeCode()).contains(1013);
  }

  @Test
  void cutsConnectionWhosePeerDoesNotClose() {
    // Given
    DeviceSession session = bench.live("d", socket);
    session.close(Ending.DRAINED);
    bench.pass(Duration.ofSeconds(5), socket);
    boolean early = socket.isAborted();

    // When
    bench.pass(Duration.ofSeconds(2), socket);

    // Then
    assertThat(early).isFalse();
    assertThat(socket.isAborted()).isTrue();
  }
}
