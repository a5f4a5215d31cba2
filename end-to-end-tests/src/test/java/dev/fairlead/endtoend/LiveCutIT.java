package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is taken away from a device is taken away within seconds, on every gateway, and stays so.
/// The last test takes the registry away, which is why it is the last.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LiveCutIT {

  private static final long SECONDS_MAX = 5;
  private static final int REVOKED = 4002;

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

  enum Loss {
    REVOKED_TOKENS {
      @Override
      void happen(String tenant, String device) {
        assertThat(delete(tenant, "/api/v1/devices/" + device + "/credentials")).isEqualTo(204);
      }
    },
    ANOTHER_TOKEN {
      @Override
      void happen(String tenant, String device) {
        assertThat(post(tenant, "/api/v1/devices/" + device + "/credentials", "{}").status())
            .isEqualTo(201);
      }
    },
    DELETED {
      @Override
      void happen(String tenant, String device) {
        assertThat(delete(tenant, "/api/v1/devices/" + device)).isEqualTo(204);
      }
    },
    DELETED_AND_MADE_AGAIN {
      @Override
      void happen(String tenant, String device) {
        assertThat(delete(tenant, "/api/v1/devices/" + device)).isEqualTo(204);
        made(tenant, device);
      }
    };

    abstract void happen(String tenant, String device);
  }

  private static Api.Answer post(String tenant, String path, String body) {
    return cluster
        .api()
        .post(cluster.registry().httpPort(), path, body, Map.of("Fairlead-Tenant", tenant));
  }

  private static int delete(String tenant, String path) {
    return cluster
        .api()
        .delete(cluster.registry().httpPort(), path, Map.of("Fairlead-Tenant", tenant))
        .status();
  }

  private static TestDevice made(String tenant, String id) {
    Api.Answer answer = post(tenant, "/api/v1/devices", "{\"id\":\"" + id + "\"}");
    assertThat(answer.status()).isEqualTo(201);
    return new TestDevice(cluster.http(), id, answer.body().path("token").asText());
  }

  private static void tenant(String id) {
    assertThat(post("default", "/api/v1/tenants", "{\"id\":\"" + id + "\"}").status())
        .isEqualTo(201);
  }

  private static void assertThatIsRefused(TestDevice device, ServiceJar gateway) {
    assertThatThrownBy(() -> device.withoutMemory().connect(gateway.httpPort()).join())
        .hasMessageContaining("WebSocketHandshakeException");
  }

  @ParameterizedTest
  @EnumSource
  @Order(1)
  void cutsTheDeviceWhereverItIsAndForGood(Loss loss) throws Exception {
    // Given
    String tenant = loss.name().toLowerCase(Locale.ROOT).replace('_', '-');
    tenant(tenant);
    TestDevice first = made(tenant, "first");
    TestDevice second = made(tenant, "second");
    TestDevice other = made(tenant, "other");
    first.connect(cluster.gatewayA().httpPort()).join();
    second.connect(cluster.gatewayB().httpPort()).join();
    other.connect(cluster.gatewayB().httpPort()).join();

    // When
    loss.happen(tenant, "first");
    loss.happen(tenant, "second");

    // Then
    assertThat(first.closed().get(SECONDS_MAX, TimeUnit.SECONDS)).isEqualTo(REVOKED);
    assertThat(second.closed().get(SECONDS_MAX, TimeUnit.SECONDS)).isEqualTo(REVOKED);
    assertThatIsRefused(first, cluster.gatewayB());
    assertThatIsRefused(second, cluster.gatewayA());
    assertThat(other.closed()).isNotDone();
  }

  @Test
  @Order(2)
  void cutsAllDevicesOfASuspendedTenant() throws Exception {
    // Given
    tenant("late-payer");
    TestDevice first = made("late-payer", "first");
    TestDevice second = made("late-payer", "second");
    first.connect(cluster.gatewayA().httpPort()).join();
    second.connect(cluster.gatewayB().httpPort()).join();

    // When
    int status =
        cluster
            .api()
            .patch(
                cluster.registry().httpPort(), "/api/v1/tenants/late-payer", "{\"suspended\":true}")
            .status();

    // Then
    assertThat(status).isEqualTo(200);
    assertThat(first.closed().get(SECONDS_MAX, TimeUnit.SECONDS)).isEqualTo(REVOKED);
    assertThat(second.closed().get(SECONDS_MAX, TimeUnit.SECONDS)).isEqualTo(REVOKED);
    assertThatIsRefused(first, cluster.gatewayB());
  }

  @Test
  @Order(3)
  void refusesARevokedTokenAlsoAfterTheGatewayWasStartedAnew() {
    // Given
    TestDevice device = cluster.device("outliving");
    assertThat(delete("default", "/api/v1/devices/outliving/credentials")).isEqualTo(204);

    // When
    ServiceJar gateway = cluster.startGateway("gateway-anew");

    // Then
    assertThatIsRefused(device, gateway);
  }

  @Test
  @Order(4)
  void letsDevicesInWhileRegistryAndDatabaseAreGone() {
    // Given
    TestDevice known = cluster.device("known");
    TestDevice another = cluster.device("another");
    TestDevice revoked = cluster.device("revoked-before");
    assertThat(delete("default", "/api/v1/devices/revoked-before/credentials")).isEqualTo(204);

    // When
    cluster.registry().kill();
    cluster.postgres().kill();

    // Then
    ServiceJar late = cluster.startGateway("gateway-late");
    assertThat(known.connect(cluster.gatewayA().httpPort()).join().sessionId()).isNotEmpty();
    assertThat(another.connect(late.httpPort()).join().sessionId()).isNotEmpty();
    assertThatIsRefused(revoked, late);
    known.status("e1", "{\"still\":\"heard\"}");
    await().atMost(Duration.ofSeconds(20)).until(() -> known.acknowledged().contains("e1"));
  }
}
