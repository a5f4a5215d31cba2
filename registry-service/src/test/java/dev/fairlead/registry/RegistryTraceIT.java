package dev.fairlead.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.embedded.testing.SpanReceiver;
import dev.fairlead.embedded.testing.SpanReceiver.Span;
import dev.fairlead.runtime.tracing.TraceContext;
import dev.fairlead.runtime.tracing.TracingSettings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Traces over the registry, from requests to the bus and from the bus to its tables.
class RegistryTraceIT {

  private static final String SPAN = "00f067aa0ba902b7";

  private static SpanReceiver spans;
  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    spans = new SpanReceiver();
    registry =
        new RegistryFixture(
            config -> config.withTracing(new TracingSettings(Optional.of(spans.endpoint()), 0)));
  }

  @AfterAll
  static void stop() {
    registry.close();
    spans.close();
  }

  private static List<Span> named(String traceId, String name) {
    return spans.of(traceId).stream().filter(span -> span.name().equals(name)).toList();
  }

  @Test
  void handsTheTraceOfARequestToWhatItHasSaidOnTheBus() {
    // Given
    String traceId = "1af92f3577b34da6a3ce929d0e0e4736";

    // When
    registry.request(
        HttpMethod.POST,
        "/api/v1/devices",
        Map.of(
            "Content-Type",
            "application/json",
            "traceparent",
            "00-" + traceId + "-" + SPAN + "-01",
            "tracestate",
            "a=1"),
        Buffer.buffer("{\"id\":\"traced\"}"),
        RegistryFixture.ADMIN_KEY);

    // Then
    await().until(() -> !named(traceId, "take audit").isEmpty());
    await().until(() -> !named(traceId, "createDevice").isEmpty());
    Span request = named(traceId, "createDevice").getFirst();
    assertThat(request.parentId()).isEqualTo(SPAN);
    assertThat(request.service()).isEqualTo("fairlead-registry");
    assertThat(registry.heard(Topic.AUDIT))
        .map(ReceivedRecord::trace)
        .contains(Optional.of(new TraceContext(traceId, request.spanId(), 1, "a=1")));
    assertThat(named(traceId, "take audit").getFirst().parentId()).isEqualTo(request.spanId());
  }

  @Test
  void tracesAnEventAlsoWhereItComesTwice() {
    // Given
    String traceId = "2af92f3577b34da6a3ce929d0e0e4736";
    registry.createDevice("speaking");
    BusRecord status =
        new DeviceMessage(
                DeviceMessage.Type.STATUS,
                DeviceKey.of("default", "speaking"),
                SessionId.random(),
                new Epoch(1, 1),
                System.currentTimeMillis(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Headers.JSON,
                "{\"a\":1}".getBytes(UTF_8))
            .toRecord()
            .tracedBy(Optional.of(new TraceContext(traceId, SPAN, 1, "")));

    // When
    registry.send(status);
    registry.send(status);

    // Then
    await().until(() -> named(traceId, "take events").size() == 2);
    assertThat(named(traceId, "take events"))
        .allSatisfy(
            span -> {
              assertThat(span.parentId()).isEqualTo(SPAN);
              assertThat(span.attributes()).containsEntry("fairlead.device.id", "default/speaking");
            });
  }
}
