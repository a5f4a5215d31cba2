package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway;
import dev.fairlead.command.testing.Gateway.Session;
import dev.fairlead.command.testing.Mail;
import dev.fairlead.embedded.testing.SpanReceiver;
import dev.fairlead.embedded.testing.SpanReceiver.Span;
import dev.fairlead.runtime.tracing.TraceContext;
import dev.fairlead.runtime.tracing.TracingSettings;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Traces of commands, from the request to the bus and from a reply back to it.
class CommandTraceIT {

  private static final String SPAN = "00f067aa0ba902b7";
  private static final String BODY = "{\"kind\":\"valve/open\"}";

  private static SpanReceiver spans;
  private static CommandFixture fixture;
  private static Gateway gateway;
  private static CommandService service;

  @BeforeAll
  static void start() {
    spans = new SpanReceiver();
    fixture =
        new CommandFixture(
            CommandFixture.settings(Map.of()),
            new TracingSettings(Optional.of(spans.endpoint()), 0));
    gateway = fixture.gateway();
    service = fixture.startService();
  }

  @AfterAll
  static void stop() {
    fixture.close();
    spans.close();
  }

  private static Answer send(DeviceKey device, String... headers) {
    return fixture.post(
        service,
        CommandFixture.OPERATOR,
        "/api/v1/devices/" + device.device() + "/commands",
        BODY,
        headers);
  }

  private static Mail awaitMail(DeviceKey device) {
    await().until(() -> !gateway.mailOf(device).isEmpty());
    return gateway.mailOf(device).getFirst();
  }

  private static Span awaitSpan(String traceId, String name) {
    await().until(() -> spans.of(traceId).stream().anyMatch(span -> span.name().equals(name)));
    return spans.of(traceId).stream()
        .filter(span -> span.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void tracesACommandFromTheRequestToTheBusAndItsReplyAlsoWhereThatComesTwice() {
    // Given
    String traceId = "5bf92f3577b34da6a3ce929d0e0e4736";
    DeviceKey device = fixture.newDevice();
    Session session = gateway.open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);

    // When
    Answer answer =
        send(device, "traceparent", "00-" + traceId + "-" + SPAN + "-01", "tracestate", "a=1");
    Mail mail = awaitMail(device);
    gateway.result(session, answer.id(), "succeeded", new byte[0]);
    gateway.result(session, answer.id(), "succeeded", new byte[0]);
    fixture.awaitFollowed(Topic.REPLIES);

    // Then
    Span request = awaitSpan(traceId, "sendCommand");
    Span sending = awaitSpan(traceId, "send command");
    await().until(() -> spans.of(traceId).size() == 4);
    assertThat(request.parentId()).isEqualTo(SPAN);
    assertThat(request.kind()).isEqualTo(2);
    assertThat(sending.parentId()).isEqualTo(request.spanId());
    assertThat(sending.attributes())
        .containsEntry("fairlead.command.id", answer.id())
        .containsEntry("fairlead.device.id", device.toString());
    assertThat(mail.trace()).contains(new TraceContext(traceId, sending.spanId(), 1, "a=1"));
    assertThat(spans.of(traceId))
        .filteredOn(span -> span.name().equals("take replies"))
        .hasSize(2)
        .extracting(Span::parentId)
        .containsOnly(request.spanId());
    assertThat(fixture.command(answer.id()).json().getString("state")).isEqualTo("succeeded");
  }

  @Test
  void tracesAReplyAsAStepOfWhatItNames() {
    // Given
    String traceId = "6bf92f3577b34da6a3ce929d0e0e4736";
    DeviceKey device = fixture.newDevice();
    Session session = gateway.open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);
    Answer answer = send(device, "traceparent", "00-" + traceId + "-" + SPAN + "-01");
    awaitMail(device);

    // When
    gateway.write(
        Gateway.result(session, answer.id(), "succeeded")
            .tracedBy(Optional.of(new TraceContext(traceId, "1111111111111111", 1, ""))));

    // Then
    assertThat(awaitSpan(traceId, "take replies").parentId()).isEqualTo("1111111111111111");
    assertThat(spans.of(traceId)).hasSize(3);
  }

  @Test
  void keepsTheTraceOfACommandThatWaits() {
    // Given
    String traceId = "7bf92f3577b34da6a3ce929d0e0e4736";
    DeviceKey device = fixture.newDevice();
    Answer answer = send(device, "traceparent", "00-" + traceId + "-" + SPAN + "-01");

    // When
    gateway.open(device, "g1");
    Mail mail = awaitMail(device);

    // Then
    assertThat(answer.status()).isEqualTo(202);
    assertThat(mail.trace().orElseThrow().traceId()).isEqualTo(traceId);
    assertThat(awaitSpan(traceId, "send command").parentId())
        .isEqualTo(awaitSpan(traceId, "sendCommand").spanId());
  }

  @Test
  void handsOnAsItCameATraceThatIsNotRecorded() {
    // Given
    TraceContext unrecorded = new TraceContext("8bf92f3577b34da6a3ce929d0e0e4736", SPAN, 0, "a=1");
    DeviceKey device = fixture.newDevice();
    gateway.open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);

    // When
    send(device, "traceparent", unrecorded.traceparent(), "tracestate", "a=1");

    // Then
    assertThat(awaitMail(device).trace()).contains(unrecorded);
    assertThat(spans.of(unrecorded.traceId())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "00-0-0-01", "ff-9bf92f3577b34da6a3ce929d0e0e4736-1-01"})
  void takesACommandWhoseTraceIsMalformed(String parent) {
    // Given
    DeviceKey device = fixture.newDevice();
    gateway.open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);

    // When
    Answer answer = send(device, "traceparent", parent);

    // Then
    assertThat(answer.status()).isEqualTo(202);
    assertThat(awaitMail(device).trace()).isEmpty();
  }

  @Test
  void takesATraceThatIsThereTwiceForNone() {
    // Given
    String parent = "00-abf92f3577b34da6a3ce929d0e0e4736-" + SPAN + "-01";
    DeviceKey device = fixture.newDevice();
    gateway.open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);

    // When
    Answer answer = send(device, "traceparent", parent, "traceparent", parent);

    // Then
    assertThat(answer.status()).isEqualTo(202);
    assertThat(awaitMail(device).trace()).isEmpty();
  }

  @Test
  void recordsNothingForAStranger() {
    // Given
    String traceId = "bbf92f3577b34da6a3ce929d0e0e4736";
    String later = "cbf92f3577b34da6a3ce929d0e0e4736";

    // When
    Answer answer =
        fixture.post(
            service,
            "nobody's-key",
            "/api/v1/devices/d/commands",
            BODY,
            "traceparent",
            "00-" + traceId + "-" + SPAN + "-01");
    send(fixture.newDevice(), "traceparent", "00-" + later + "-" + SPAN + "-01");

    // Then
    assertThat(answer.status()).isEqualTo(401);
    awaitSpan(later, "sendCommand");
    assertThat(spans.of(traceId)).isEmpty();
  }
}
