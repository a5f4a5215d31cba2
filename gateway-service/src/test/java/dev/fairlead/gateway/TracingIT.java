package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.embedded.testing.SpanReceiver;
import dev.fairlead.embedded.testing.SpanReceiver.Span;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.Value;
import dev.fairlead.protocol.WireFormat;
import dev.fairlead.runtime.tracing.TraceContext;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Traces over the gateway, to devices and back.
class TracingIT {

  private static final String SPAN = "00f067aa0ba902b7";

  private static SpanReceiver spans;
  private static GatewayFixture fixture;
  private static GatewayFixture.Gateway gateway;
  private static List<ReceivedRecord> replies;
  private static List<ReceivedRecord> telemetry;

  @BeforeAll
  static void start() {
    spans = new SpanReceiver();
    fixture = new GatewayFixture();
    gateway =
        fixture.gateway("TRACING_ENDPOINT", spans.endpoint().toString(), "TRACING_RATIO", "0");
    replies = fixture.recordsOf(Topic.REPLIES);
    telemetry = fixture.recordsOf(Topic.TELEMETRY);
  }

  @AfterAll
  static void stop() {
    fixture.close();
    spans.close();
  }

  private static void deliver(TestDevice device, String id, Optional<TraceContext> trace) {
    fixture.write(
        new InboxMessage.Deliver(
                DeviceKey.of("default", id),
                new SessionId(device.hello().sessionId()),
                Optional.empty(),
                "c-" + id,
                "valve/open",
                System.currentTimeMillis() + 60_000,
                1,
                Headers.JSON,
                "{}".getBytes(UTF_8))
            .toRecord(InboxAddress.parse(device.hello().address()))
            .tracedBy(trace));
  }

  private static List<ReceivedRecord> of(List<ReceivedRecord> records, String id) {
    await().until(() -> records.stream().anyMatch(record -> record.key().equals("default/" + id)));
    return records.stream().filter(record -> record.key().equals("default/" + id)).toList();
  }

  private static Optional<TraceContext> traceOf(Message message) {
    return message
        .header()
        .textProp(NativeProtocol.PROP_TRACE_PARENT)
        .flatMap(
            parent ->
                TraceContext.parse(
                    parent, message.header().textProp(NativeProtocol.PROP_TRACE_STATE).orElse("")));
  }

  private static Message with(Message message, TraceContext trace) {
    return message
        .withProp(NativeProtocol.PROP_TRACE_PARENT, Value.of(trace.traceparent()))
        .withProp(NativeProtocol.PROP_TRACE_STATE, Value.of(trace.state()));
  }

  @ParameterizedTest
  @EnumSource
  void handsATraceToTheDeviceAndBackAlsoWhereARecordComesTwice(WireFormat wire) {
    // Given
    String id = "traced-" + wire.name();
    String traceId = UUID.randomUUID().toString().replace("-", "");
    TestDevice device = fixture.device(gateway, wire, id);
    Optional<TraceContext> sent = Optional.of(new TraceContext(traceId, SPAN, 1, "a=1"));

    // When
    deliver(device, id, sent);
    deliver(device, id, sent);
    await().until(() -> device.of(NativeProtocol.TYPE_COMMAND).size() == 2);
    TraceContext given = traceOf(device.of(NativeProtocol.TYPE_COMMAND).getFirst()).orElseThrow();
    Message result = Messages.result("c-" + id, ResultStatus.SUCCEEDED, Body.EMPTY);
    device.send(with(result, given)).send(with(result, given));

    // Then
    assertThat(given.traceId()).isEqualTo(traceId);
    assertThat(given.state()).isEqualTo("a=1");
    await().until(() -> of(replies, id).size() == 2);
    assertThat(of(replies, id))
        .extracting(record -> record.trace().orElseThrow().traceId())
        .containsOnly(traceId);
    await().until(() -> spans.of(traceId).size() == 4);
    List<Span> made = spans.of(traceId);
    assertThat(made).extracting(Span::service).containsOnly("fairlead-gateway");
    assertThat(made).extracting(Span::spanId).doesNotHaveDuplicates();
    assertThat(made)
        .filteredOn(span -> span.name().equals("give command"))
        .hasSize(2)
        .extracting(Span::parentId)
        .containsOnly(SPAN);
    assertThat(made)
        .filteredOn(span -> span.name().equals("pass on result"))
        .hasSize(2)
        .allSatisfy(
            span -> {
              assertThat(span.parentId()).isEqualTo(given.spanId());
              assertThat(span.attributes())
                  .containsEntry("fairlead.device.id", "default/" + id)
                  .containsEntry("fairlead.command.id", "c-" + id);
            });
  }

  @Test
  void handsOnWhatIsNotRecordedAndRecordsNothing() {
    // Given
    String id = "unrecorded";
    TestDevice device = fixture.device(gateway, id);
    TraceContext sent = new TraceContext("4bf92f3577b34da6a3ce929d0e0e4740", SPAN, 0, "");

    // When
    deliver(device, id, Optional.of(sent));
    Message command = device.await(NativeProtocol.TYPE_COMMAND);
    device.send(
        Messages.telemetry(Body.utf8("{}"))
            .withProp(NativeProtocol.PROP_TRACE_PARENT, Value.of(sent.traceparent())));

    // Then
    assertThat(traceOf(command)).contains(sent);
    assertThat(of(telemetry, id).getFirst().trace()).contains(sent);
    assertThat(spans.of(sent.traceId())).isEmpty();
  }

  @Test
  void takesAnEventWhoseTraceIsMalformed() {
    // Given
    String id = "malformed";
    TestDevice device = fixture.device(gateway, id);

    // When
    device.send(
        Messages.telemetry(Body.utf8("{}"))
            .withId("e-1")
            .withProp(NativeProtocol.PROP_TRACE_PARENT, Value.of("00-nonsense"))
            .withProp(NativeProtocol.PROP_TRACE_STATE, Value.of(7)));

    // Then
    await().until(() -> device.acknowledged().contains("e-1"));
    assertThat(of(telemetry, id).getFirst().headers())
        .doesNotContainKeys(TraceContext.TRACEPARENT, TraceContext.TRACESTATE);
  }

  @Test
  void beginsATraceWithAnEventWhereTheRatioSaysSo() {
    // Given
    String id = "rooted";
    GatewayFixture.Gateway all =
        fixture.gateway("TRACING_ENDPOINT", spans.endpoint().toString(), "TRACING_RATIO", "1");
    TestDevice device = fixture.device(all, id);

    // When
    device
        .send(Messages.telemetry(Body.utf8("{}")))
        .send(Messages.result("c-1", ResultStatus.SUCCEEDED, Body.EMPTY));

    // Then
    TraceContext begun = of(telemetry, id).getFirst().trace().orElseThrow();
    await().until(() -> spans.of(begun.traceId()).size() == 1);
    assertThat(spans.of(begun.traceId()).getFirst().parentId()).isEmpty();
    // A reply belongs to its command's trace, and to none of its own.
    assertThat(of(replies, id).getFirst().trace()).isEmpty();
  }

  @Test
  void handsNothingOnUnlessItIsOn() {
    // Given
    String id = "off";
    TestDevice device = fixture.device(fixture.gateway(), id);
    TraceContext sent = new TraceContext("4bf92f3577b34da6a3ce929d0e0e4741", SPAN, 1, "");

    // When
    deliver(device, id, Optional.of(sent));
    Message command = device.await(NativeProtocol.TYPE_COMMAND);
    device.send(
        Messages.telemetry(Body.utf8("{}"))
            .withProp(NativeProtocol.PROP_TRACE_PARENT, Value.of(sent.traceparent())));

    // Then
    assertThat(traceOf(command)).isEmpty();
    assertThat(of(telemetry, id).getFirst().trace()).isEmpty();
  }
}
