package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.embedded.testing.OwnKafka;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.http.UpgradeRejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A broker that stands still: nobody is told "yes", nobody is cut off, and nothing is lost.
class KafkaAwayIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private OwnKafka kafka;
  private GatewayFixture fixture;

  @BeforeEach
  void start() {
    kafka = OwnKafka.start();
    fixture = new GatewayFixture(kafka.bootstrapServers());
  }

  @AfterEach
  void stop() {
    kafka.thaw();
    fixture.close();
    kafka.close();
  }

  private static List<String> ids(List<ReceivedRecord> records, String device) {
    return GatewayFixture.words(records).stream()
        .filter(word -> word.device().device().value().equals(device))
        .map(word -> word.correlation().orElseThrow())
        .toList();
  }

  @Test
  void holdsWhatTheBusDoesNotTakeAndClosesNobody() {
    // Given
    var gateway =
        fixture.gateway("KEEPALIVE", "1s", "OPENED_TIMEOUT", "1s", "PENDING_BYTES_MAX", "4MiB");
    List<ReceivedRecord> telemetry = fixture.recordsOf(Topic.TELEMETRY);
    TestDevice talker = fixture.device(gateway, "talker");
    TestDevice quiet = fixture.device(gateway, "quiet");
    Body large = Body.utf8("\"" + "x".repeat(300_000) + "\"");
    kafka.freeze();

    // When
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      talker.send(Messages.telemetry(large).withId("t" + i));
      sent.add("t" + i);
    }
    await().atMost(PATIENCE).until(() -> gateway.gauge("gateway.held.sockets") == 1);
    quiet.send(Messages.telemetry(Body.utf8("{}")).withId("q"));
    quiet.ping();
    int pingsBefore = talker.pings();

    // Then
    await().atMost(PATIENCE).until(() -> quiet.pongs() == 1);
    await().atMost(PATIENCE).until(() -> talker.pings() >= pingsBefore + 3);
    UpgradeRejectedException refusal =
        catchThrowableOfType(
            UpgradeRejectedException.class,
            () ->
                TestDevice.connect(
                    fixture.vertx(),
                    gateway.port(),
                    WireFormat.JSON,
                    fixture.tokens().token("newcomer", 1)));
    assertThat(refusal.getStatus()).isEqualTo(503);
    assertThat(refusal.getHeaders().get("Retry-After")).isNotNull();
    assertThat(talker.acknowledged()).isEmpty();
    assertThat(quiet.acknowledged()).isEmpty();
    assertThat(talker.closeCode()).isEmpty();
    assertThat(quiet.closeCode()).isEmpty();

    kafka.thaw();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(talker.acknowledged()).containsExactlyElementsOf(sent));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(ids(telemetry, "talker")).isEqualTo(sent));
    assertThat(GatewayFixture.words(telemetry))
        .extracting(DeviceMessage::session)
        .extracting(Object::toString)
        .contains(talker.hello().sessionId());
    assertThat(quiet.acknowledged()).containsExactly("q");
    assertThat(gateway.gauge("gateway.held.sockets")).isZero();
    assertThat(gateway.gauge("gateway.held.bytes")).isZero();
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(UpgradeRejectedException.class)
        .untilAsserted(() -> assertThat(fixture.device(gateway, "newcomer")).isNotNull());
  }

  @Test
  void asksNewcomersToTryLaterWhenTheBusDoesNotTakeTheirSession() {
    // Given
    var gateway = fixture.gateway("OPENED_TIMEOUT", "500ms", "BEAT_INTERVAL", "30s");
    kafka.freeze();

    // When
    TestDevice device =
        TestDevice.connect(
            fixture.vertx(), gateway.port(), WireFormat.JSON, fixture.tokens().token("unlucky", 1));

    // Then
    assertThat(device.awaitClose()).isEqualTo(1013);
    kafka.thaw();
    List<ReceivedRecord> sessions = fixture.recordsOf(Topic.SESSIONS);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(sessions)
                    .extracting(record -> record.value() == null)
                    .containsExactly(false, true));
  }
}
