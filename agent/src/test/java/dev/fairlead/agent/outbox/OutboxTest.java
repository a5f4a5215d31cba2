package dev.fairlead.agent.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.connection.Transmitter.Transmission;
import dev.fairlead.agent.outbox.Alert.Severity;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.Value;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutboxTest {

  private final RecordingTransmitter transmitter = new RecordingTransmitter();
  private final Outbox outbox =
      new Outbox(transmitter, () -> Instant.parse("2026-01-02T03:04:05Z"));

  @Test
  void sendsAnEventAtOnceWithItsIdAndTime() {
    // Given
    outbox.connected();

    // When
    outbox.telemetry(Map.of("cpuPercent", Value.of(12.5)));

    // Then
    Message message = transmitter.sent.getFirst();
    assertThat(message.header().type()).isEqualTo(NativeProtocol.TYPE_TELEMETRY);
    assertThat(message.header().textProp(NativeProtocol.PROP_ID)).isPresent();
    assertThat(message.header().longProp(NativeProtocol.PROP_TIME)).hasValue(1767323045000L);
    assertThat(message.body().toUtf8()).isEqualTo("{\"cpuPercent\":12.5}");
  }

  @Test
  void sendsWhatIsNotAcknowledgedAgainInOrderUnderItsIds() {
    // Given
    outbox.connected();
    outbox.status(Map.of("a", Value.of(1)));
    outbox.alert(alert("disk", true));
    outbox.telemetry(Map.of("b", Value.of(2)));
    List<String> first = transmitter.ids();
    outbox.acknowledged(List.of(first.get(1), "of somebody else"));
    outbox.disconnected();

    // When
    outbox.connected();

    // Then
    assertThat(transmitter.ids().subList(3, 5)).containsExactly(first.get(0), first.get(2));
    assertThat(outbox.size()).isEqualTo(2);
  }

  @Test
  void forgetsWhatIsAcknowledged() {
    // Given
    outbox.connected();
    outbox.status(Map.of("a", Value.of(1)));

    // When
    outbox.acknowledged(transmitter.ids());

    // Then
    assertThat(outbox.size()).isZero();
  }

  @Test
  void keepsWhatTheConnectionDidNotTake() {
    // Given
    outbox.connected();
    transmitter.answer = Transmission.NOT_CONNECTED;
    outbox.status(Map.of("a", Value.of(1)));
    transmitter.answer = Transmission.SENT;

    // When
    outbox.connected();

    // Then
    assertThat(transmitter.bodies()).containsExactly("{\"a\":1}");
  }

  @Test
  void sendsNoMoreThanTheWindowUnacknowledged() {
    // Given
    outbox.connected();
    IntStream.rangeClosed(0, Outbox.WINDOW).forEach(this::telemetry);
    assertThat(transmitter.sent).hasSize(Outbox.WINDOW);

    // When
    outbox.acknowledged(transmitter.ids().subList(5, 6));

    // Then
    assertThat(transmitter.sent).hasSize(Outbox.WINDOW + 1);
  }

  @Test
  void dropsAndCountsTheOldestTelemetryWhenFull() {
    // Given
    outbox.alert(alert("disk", true));
    IntStream.range(1, Outbox.ENTRIES_MAX).forEach(this::telemetry);
    assertThat(outbox.dropped()).isZero();

    // When
    telemetry(Outbox.ENTRIES_MAX);

    // Then
    outbox.connected();
    assertThat(outbox.dropped()).isEqualTo(1);
    assertThat(outbox.size()).isEqualTo(Outbox.ENTRIES_MAX);
    assertThat(transmitter.bodies().getFirst()).contains("\"code\":\"disk\"");
    assertThat(transmitter.bodies().get(1)).isEqualTo("{\"n\":2}");
  }

  @Test
  void dropsTelemetryWhenItsBytesAreTooMany() {
    // Given
    String large = "x".repeat(Outbox.BYTES_MAX / 4);
    IntStream.range(0, 3).forEach(_ -> outbox.telemetry(Map.of("text", Value.of(large))));
    assertThat(outbox.dropped()).isZero();

    // When
    outbox.telemetry(Map.of("text", Value.of(large)));

    // Then
    assertThat(outbox.dropped()).isEqualTo(1);
  }

  @Test
  void mergesStatusesThatWereNeverSent() {
    // Given
    outbox.status(Map.of("net", Value.of(Map.of("up", Value.of(true))), "interval", Value.of(10)));

    // When
    outbox.status(
        Map.of("net", Value.of(Map.of("name", Value.of("eth0"))), "interval", Value.ofNull()));

    // Then
    outbox.connected();
    assertThat(transmitter.bodies())
        .singleElement()
        .asString()
        .contains("\"up\":true", "\"name\":\"eth0\"", "\"interval\":null");
  }

  @Test
  void leavesAStatusAloneThatMayHaveArrived() {
    // Given
    outbox.connected();
    outbox.status(Map.of("a", Value.of(1)));
    outbox.disconnected();

    // When
    outbox.status(Map.of("b", Value.of(2)));

    // Then
    outbox.connected();
    assertThat(transmitter.bodies()).containsExactly("{\"a\":1}", "{\"a\":1}", "{\"b\":2}");
  }

  @Test
  void keepsTheLatestAlertOfEachCode() {
    // Given
    outbox.alert(alert("disk", true));
    outbox.alert(alert("fan", true));

    // When
    outbox.alert(alert("disk", false));

    // Then
    outbox.connected();
    assertThat(transmitter.bodies())
        .containsExactly(
            "{\"code\":\"fan\",\"severity\":\"warning\",\"text\":\"t\",\"suggestion\":\"s\","
                + "\"state\":\"raised\"}",
            "{\"code\":\"disk\",\"severity\":\"warning\",\"text\":\"t\",\"suggestion\":\"s\","
                + "\"state\":\"cleared\"}");
  }

  @Test
  void doesNotStickToAnEventThatIsTooLarge() {
    // Given
    transmitter.answer = Transmission.TOO_LARGE;
    outbox.connected();

    // When
    telemetry(1);

    // Then
    assertThat(outbox.size()).isZero();
    assertThat(outbox.dropped()).isEqualTo(1);
  }

  private void telemetry(int number) {
    outbox.telemetry(Map.of("n", Value.of(number)));
  }

  private static Alert alert(String code, boolean raised) {
    return new Alert(code, Severity.WARNING, "t", Optional.of("s"), raised);
  }
}
