package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One tenant at its limit of connections, over two gateways that are processes of their own.
class LimitSharingIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LIMIT = 10;

  @TempDir private static Path directory;

  private static Cluster cluster;

  @BeforeAll
  static void start() {
    cluster = new Cluster(directory);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  /// With what a connect is refused; empty where it is not.
  private static OptionalInt refusal(TestDevice device, ServiceJar gateway) {
    try {
      device.connect(gateway.httpPort()).join();
      return OptionalInt.empty();
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return OptionalInt.of(refused.getResponse().statusCode());
      }
      throw e;
    }
  }

  private static double used() {
    for (JsonNode limit :
        cluster.api().get(cluster.registry().httpPort(), "/api/v1/limits").body().path("items")) {
      if (limit.path("name").asText().equals("connections")) {
        return limit.path("used").asDouble();
      }
    }
    throw new AssertionError("no such limit");
  }

  @Test
  void admitsAsManyAtBothGatewaysAsTheTenantMayHave() {
    // Given
    cluster
        .api()
        .patch(
            cluster.registry().httpPort(),
            "/api/v1/tenants/default",
            "{\"limits\":{\"connections\":" + LIMIT + "}}");
    cluster
        .devices("here-", LIMIT)
        .forEach(device -> device.connect(cluster.gatewayA().httpPort()).join());
    TestDevice there = cluster.device("there");

    // When
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              OptionalInt refused = refusal(there, cluster.gatewayB());
              there.disconnect();
              return refused.equals(OptionalInt.of(429));
            });

    // Then
    assertThat(refusal(cluster.device("late"), cluster.gatewayA())).hasValue(429);
    await().atMost(PATIENCE).until(() -> used() == LIMIT);
    assertThatOthersGetIn();
  }

  private static void assertThatOthersGetIn() {
    int port = cluster.registry().httpPort();
    cluster.api().post(port, "/api/v1/tenants", "{\"id\":\"other\"}");
    String token =
        cluster
            .api()
            .post(port, "/api/v1/devices", "{\"id\":\"calm\"}", Map.of("Fairlead-Tenant", "other"))
            .body()
            .path("token")
            .asText();
    TestDevice calm = new TestDevice(cluster.http(), "calm", token);
    for (ServiceJar gateway : List.of(cluster.gatewayA(), cluster.gatewayB())) {
      assertThat(refusal(calm, gateway)).isEmpty();
    }
  }
}
