package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.embedded.testing.SpanReceiver;
import dev.fairlead.embedded.testing.SpanReceiver.Span;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.BusReader;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.runtime.tracing.TraceContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A trace's way from HTTP over Kafka to a device and back, over services that are processes of
/// their own.
class TraceJourneyIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String SPAN = "00f067aa0ba902b7";

  @TempDir private static Path directory;

  private static SpanReceiver spans;
  private static Cluster cluster;

  @BeforeAll
  static void start() {
    spans = new SpanReceiver();
    Map<String, String> tracing =
        Map.of(
            "FAIRLEAD_TRACING_ENDPOINT",
            spans.endpoint().toString(),
            "FAIRLEAD_TRACING_RATIO",
            "0");
    cluster = new Cluster(directory, ServiceJar.Tuning.QUICK_START, tracing, tracing, tracing);
  }

  @AfterAll
  static void stop() {
    cluster.close();
    spans.close();
  }

  private static Span step(String traceId, String parentId, String service, String name) {
    await().atMost(PATIENCE).until(() -> find(traceId, parentId, service, name).isPresent());
    return find(traceId, parentId, service, name).orElseThrow();
  }

  private static Optional<Span> find(String traceId, String parentId, String service, String name) {
    return spans.of(traceId).stream()
        .filter(span -> span.parentId().equals(parentId))
        .filter(span -> span.service().equals("fairlead-" + service) && span.name().equals(name))
        .findFirst();
  }

  @Test
  void followsACommandFromTheRequestToTheDeviceAndItsResultBack() {
    // Given
    String traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    TestDevice device = cluster.device("traced-1");
    device.connect(cluster.gatewayA().httpPort()).join();

    // When
    Api.Answer answer =
        cluster
            .api()
            .post(
                cluster.command().httpPort(),
                "/api/v1/devices/traced-1/commands?wait=20s",
                "{\"kind\":\"ping\",\"body\":{\"n\":1}}",
                Map.of("traceparent", "00-" + traceId + "-" + SPAN + "-01"));

    // Then
    String command = answer.body().path("id").asText();
    assertThat(answer.body().path("state").asText()).isEqualTo("succeeded");
    Span request = step(traceId, SPAN, "command", "sendCommand");
    Span sending = step(traceId, request.spanId(), "command", "send command");
    Span giving = step(traceId, sending.spanId(), "gateway", "give command");
    Span result = step(traceId, giving.spanId(), "gateway", "pass on result");
    Span taking = step(traceId, result.spanId(), "command", "take replies");
    assertThat(taking.attributes()).containsEntry("fairlead.device.id", "default/traced-1");
    assertThat(device.traceOf(command))
        .contains(new TraceContext(traceId, giving.spanId(), 1, "").traceparent());
    assertThat(BusReader.read(cluster.kafka().bootstrapServers(), Topic.REPLIES))
        .filteredOn(record -> record.header(Headers.TYPE).equals(Optional.of("result")))
        .map(ReceivedRecord::trace)
        .contains(Optional.of(new TraceContext(traceId, result.spanId(), 1, "")));
  }

  @Test
  void followsADesiredStateToTheDevice() {
    // Given
    String traceId = "4bf92f3577b34da6a3ce929d0e0e4737";
    TestDevice device = cluster.device("traced-2");
    device.connect(cluster.gatewayB().httpPort()).join();
    await().atMost(PATIENCE).until(() -> cluster.isOnline("traced-2"));

    // When
    int status =
        cluster
            .api()
            .raw(
                cluster.registry().httpPort(),
                "PATCH",
                "/api/v1/devices/traced-2/twin/desired",
                Optional.of("{\"interval\":10}"),
                cluster.adminKey(),
                Map.of(
                    "Content-Type",
                    "application/merge-patch+json",
                    "traceparent",
                    "00-" + traceId + "-" + SPAN + "-01"))
            .statusCode();

    // Then
    assertThat(status).isEqualTo(200);
    Span request = step(traceId, SPAN, "registry", "patchDesired");
    assertThat(step(traceId, request.spanId(), "gateway", "give desired").attributes())
        .containsEntry("fairlead.device.id", "default/traced-2");
  }

  @Test
  void givesACommandNoTraceWhereNoneCameAndNoneBegins() {
    // Given
    TestDevice device = cluster.device("traced-3");
    device.connect(cluster.gatewayA().httpPort()).join();

    // When
    Api.Answer answer = cluster.send("traced-3", "ping", "?wait=20s");

    // Then
    assertThat(answer.body().path("state").asText()).isEqualTo("succeeded");
    assertThat(device.traceOf(answer.body().path("id").asText())).isEmpty();
  }
}
