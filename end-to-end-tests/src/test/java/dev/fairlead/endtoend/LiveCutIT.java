package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Authority;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is taken away from a device is taken away within seconds, on every gateway, and stays so.
/// The last test takes the registry away, which is why it is the last.
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LiveCutIT {

  /// For all devices together, from before the first of them loses what it has.
  private static final Duration CUT_WITHIN = Duration.ofSeconds(5);

  /// A signing key is announced for a minute before it signs.
  private static final Duration ANNOUNCED_MAX = Duration.ofSeconds(90);

  private static final int REVOKED = 4002;
  private static final String PEM_BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String PEM_END = "-----END CERTIFICATE-----";
  private static final String SIGNING_KEYS = "/api/v1/signing-keys";

  @TempDir private static Path directory;

  private static Cluster cluster;

  /// Of devices with tokens of the first signing key, which are connected later.
  private static final List<TestDevice> EARLY = new ArrayList<>();

  private static String earlyKey = "";
  private static String lateKey = "";

  @BeforeAll
  static void start() {
    cluster =
        new Cluster(
            directory,
            ServiceJar.Tuning.QUICK_START,
            Map.of(),
            Map.of(),
            Map.of("FAIRLEAD_PROXY_ADDRESSES", "127.0.0.0/8"));
    EARLY.add(cluster.device("early-1"));
    EARLY.add(cluster.device("early-2"));
    earlyKey = signingKey("signing");
    Api.Answer announced = post("default", SIGNING_KEYS, "{}");
    assertThat(announced.status()).isEqualTo(201);
    lateKey = announced.body().path("id").asText();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static String signingKey(String state) {
    JsonNode keys =
        cluster.api().get(cluster.registry().httpPort(), SIGNING_KEYS).body().path("items");
    return StreamSupport.stream(keys.spliterator(), false)
        .filter(key -> key.path("state").asText().equals(state))
        .map(key -> key.path("id").asText())
        .findFirst()
        .orElse("");
  }

  /// A device that is about to lose something.
  ///
  /// @param fingerprint of its certificate; empty for one with a token
  /// @param authority that signed the certificate
  private record Lost(TestDevice device, String fingerprint, String authority) {
    String path() {
      return "/api/v1/devices/" + device.id();
    }
  }

  private static void deleted(String tenant, String path) {
    assertThat(
            cluster
                .api()
                .delete(cluster.registry().httpPort(), path, Map.of("Fairlead-Tenant", tenant))
                .status())
        .isEqualTo(204);
  }

  private static void blocked(String tenant, Lost lost) {
    int status =
        cluster
            .api()
            .raw(
                cluster.registry().httpPort(),
                "PATCH",
                lost.path(),
                Optional.of("{\"blocked\":true}"),
                cluster.adminKey(),
                Map.of("Fairlead-Tenant", tenant, "Content-Type", "application/json"))
            .statusCode();
    assertThat(status).isEqualTo(200);
  }

  enum Loss {
    REVOKED_TOKENS,
    ANOTHER_TOKEN,
    DELETED,
    DELETED_AND_MADE_AGAIN,
    BLOCKED,
    REVOKED_CERTIFICATE,
    WITHDRAWN_AUTHORITY,
    DELETED_WITH_CERTIFICATE,
    BLOCKED_WITH_CERTIFICATE
  }

  private static Lost about(Loss loss, String tenant, String id) {
    TestDevice device = made(tenant, id);
    return switch (loss) {
      case REVOKED_TOKENS, ANOTHER_TOKEN, DELETED, DELETED_AND_MADE_AGAIN, BLOCKED ->
          new Lost(device, "", "");
      case REVOKED_CERTIFICATE,
          WITHDRAWN_AUTHORITY,
          DELETED_WITH_CERTIFICATE,
          BLOCKED_WITH_CERTIFICATE ->
          certified(tenant, id);
    };
  }

  private static void happen(Loss loss, String tenant, List<Lost> lost) {
    if (loss == Loss.WITHDRAWN_AUTHORITY) {
      deleted(tenant, "/api/v1/certificate-authorities/" + lost.getFirst().authority());
    } else {
      lost.forEach(each -> happen(loss, tenant, each));
    }
  }

  private static void happen(Loss loss, String tenant, Lost lost) {
    switch (loss) {
      case REVOKED_TOKENS -> deleted(tenant, lost.path() + "/credentials");
      case ANOTHER_TOKEN ->
          assertThat(post(tenant, lost.path() + "/credentials", "{}").status()).isEqualTo(201);
      case DELETED, DELETED_WITH_CERTIFICATE -> deleted(tenant, lost.path());
      case DELETED_AND_MADE_AGAIN -> {
        deleted(tenant, lost.path());
        assertThat(made(tenant, lost.device().id()).token()).isNotEmpty();
      }
      case BLOCKED, BLOCKED_WITH_CERTIFICATE -> blocked(tenant, lost);
      case REVOKED_CERTIFICATE ->
          deleted(tenant, lost.path() + "/certificates/" + lost.fingerprint());
      case WITHDRAWN_AUTHORITY -> throw new IllegalArgumentException("not of one device");
    }
  }

  /// Gives a device a certificate of its tenant's own authority.
  private static Lost certified(String tenant, String id) {
    Api.Answer issued =
        post(
            tenant,
            "/api/v1/devices/" + id + "/certificates",
            new JsonObject().put("csr", Authority.signingRequest()).encode());
    assertThat(issued.status()).isEqualTo(201);
    return new Lost(
        TestDevice.certified(cluster.http(), id, der(issued.body().path("certificate").asText())),
        issued.body().path("fingerprint").asText(),
        issued.body().path("authority").asText());
  }

  /// The first certificate of a text, in one line.
  private static String der(String pem) {
    int begin = pem.indexOf(PEM_BEGIN) + PEM_BEGIN.length();
    return pem.substring(begin, pem.indexOf(PEM_END)).replaceAll("\\s", "");
  }

  private static Api.Answer post(String tenant, String path, String body) {
    return cluster
        .api()
        .post(cluster.registry().httpPort(), path, body, Map.of("Fairlead-Tenant", tenant));
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

  private static void assertThatAreCut(long beganNanos, List<TestDevice> devices) {
    var closed =
        CompletableFuture.allOf(
            devices.stream().map(TestDevice::closed).toArray(CompletableFuture<?>[]::new));
    assertThat(closed).succeedsWithin(CUT_WITHIN.minusNanos(System.nanoTime() - beganNanos));
    assertThat(devices)
        .allSatisfy(device -> assertThat(device.closed()).isCompletedWithValue(REVOKED));
  }

  @ParameterizedTest
  @EnumSource
  @Order(1)
  void cutsTheDeviceWhereverItIsAndForGood(Loss loss) {
    // Given
    String tenant = loss.name().toLowerCase(Locale.ROOT).replace('_', '-');
    tenant(tenant);
    Lost first = about(loss, tenant, "first");
    Lost second = about(loss, tenant, "second");
    TestDevice other = made(tenant, "other");
    first.device().connect(cluster.gatewayA().httpPort()).join();
    second.device().connect(cluster.gatewayB().httpPort()).join();
    other.connect(cluster.gatewayB().httpPort()).join();

    // When
    long began = System.nanoTime();
    happen(loss, tenant, List.of(first, second));

    // Then
    assertThatAreCut(began, List.of(first.device(), second.device()));
    assertThatIsRefused(first.device(), cluster.gatewayB());
    assertThatIsRefused(second.device(), cluster.gatewayA());
    assertThat(other.closed()).isNotDone();
  }

  @Test
  @Order(2)
  void cutsAllDevicesOfASuspendedTenant() {
    // Given
    tenant("late-payer");
    TestDevice first = made("late-payer", "first");
    TestDevice second = certified("late-payer", made("late-payer", "second").id()).device();
    TestDevice other = cluster.device("of-another-tenant");
    first.connect(cluster.gatewayA().httpPort()).join();
    second.connect(cluster.gatewayB().httpPort()).join();
    other.connect(cluster.gatewayB().httpPort()).join();

    // When
    long began = System.nanoTime();
    int status =
        cluster
            .api()
            .patch(
                cluster.registry().httpPort(), "/api/v1/tenants/late-payer", "{\"suspended\":true}")
            .status();

    // Then
    assertThat(status).isEqualTo(200);
    assertThatAreCut(began, List.of(first, second));
    assertThatIsRefused(first, cluster.gatewayB());
    assertThatIsRefused(second, cluster.gatewayA());
    assertThat(other.closed()).isNotDone();
  }

  @Test
  @Order(3)
  void cutsWhoCameInWithATokenOfASigningKeyThatIsTakenBack() {
    // Given
    await().atMost(ANNOUNCED_MAX).until(() -> signingKey("signing").equals(lateKey));
    TestDevice other = cluster.device("late");
    EARLY.getFirst().connect(cluster.gatewayA().httpPort()).join();
    EARLY.getLast().connect(cluster.gatewayB().httpPort()).join();
    other.connect(cluster.gatewayB().httpPort()).join();

    // When
    long began = System.nanoTime();
    deleted("default", SIGNING_KEYS + "/" + earlyKey);

    // Then
    assertThatAreCut(began, EARLY);
    assertThatIsRefused(EARLY.getFirst(), cluster.gatewayB());
    assertThatIsRefused(EARLY.getLast(), cluster.gatewayA());
    assertThat(other.closed()).isNotDone();
  }

  @Test
  @Order(4)
  void refusesARevokedTokenAlsoAfterTheGatewayWasStartedAnew() {
    // Given
    TestDevice device = cluster.device("outliving");
    deleted("default", "/api/v1/devices/outliving/credentials");

    // When
    ServiceJar gateway = cluster.startGateway("gateway-anew");

    // Then
    assertThatIsRefused(device, gateway);
  }

  @Test
  @Order(5)
  void letsDevicesInWhileRegistryAndDatabaseAreGone() {
    // Given
    TestDevice known = cluster.device("known");
    TestDevice another = cluster.device("another");
    TestDevice revoked = cluster.device("revoked-before");
    deleted("default", "/api/v1/devices/revoked-before/credentials");

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
