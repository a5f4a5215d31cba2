package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.PresentedCredential;
import dev.fairlead.bus.message.SessionMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CredentialIT {

  private static final String DEVICES = "/api/v1/devices/";
  private static final String KEYS = "/api/v1/signing-keys";
  private static final InboxAddress GATEWAY = new InboxAddress(1, "gate");

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    registry
        .vertx()
        .setPeriodic(
            50,
            id -> registry.sendLater(new GatewayMessage.GatewayBeat(GATEWAY, 1, false).toRecord()));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static HttpResponse<Buffer> issue(String device, JsonObject body) {
    return registry.request(HttpMethod.POST, DEVICES + device + "/credentials", body);
  }

  private static HttpResponse<Buffer> rotate(String device) {
    return registry.request(HttpMethod.POST, DEVICES + device + "/credentials/rotation");
  }

  private static String problem(HttpResponse<Buffer> response) {
    return json(response).getString("type").replace("https://fairlead.dev/problems/", "");
  }

  private static JsonObject part(String token, int index) {
    return new JsonObject(
        Buffer.buffer(Base64.getUrlDecoder().decode(token.split("\\.", -1)[index])));
  }

  private static long generation(String token) {
    return part(token, 1).getLong("gen");
  }

  /// A device connects with a token.
  private static void connect(String device, String session, String token) {
    PresentedCredential.Token presented =
        new PresentedCredential.Token(
            part(token, 0).getString("kid"), generation(token), part(token, 1).getLong("exp"));
    registry.send(
        SessionMessage.opened(
            DeviceKey.of("default", device),
            new SessionId(session),
            1,
            new SessionMessage.Place(GATEWAY, "fairlead.v1.json", "192.0.2.1", presented),
            System.currentTimeMillis()));
    Awaitility.await()
        .until(
            () ->
                session.equals(
                    registry.device(device).getJsonObject("presence").getString("session")));
  }

  private static List<AccessMessage.Revocation> revocations(String device) {
    return registry.heard(Topic.ACCESS).stream()
        .map(AccessMessage::decode)
        .filter(AccessMessage.Revocation.class::isInstance)
        .map(AccessMessage.Revocation.class::cast)
        .filter(revocation -> revocation.device().device().value().equals(device))
        .toList();
  }

  private static Optional<String> offered(String device) {
    return registry.heard(Topic.INBOX).stream()
        .map(CredentialIT::mail)
        .flatMap(Optional::stream)
        .filter(credential -> credential.device().device().value().equals(device))
        .map(InboxMessage.Credential::token)
        .findFirst();
  }

  private static Optional<InboxMessage.Credential> mail(ReceivedRecord record) {
    return InboxMessage.decode(record) instanceof InboxMessage.Credential credential
        ? Optional.of(credential)
        : Optional.empty();
  }

  @Test
  void makesAnotherTokenAndRevokesThoseBefore() {
    // Given
    String before = registry.createDevice("lost");

    // When
    HttpResponse<Buffer> response = issue("lost", new JsonObject());

    // Then
    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(generation(before)).isEqualTo(1);
    assertThat(generation(json(response).getString("token"))).isEqualTo(2);
    Awaitility.await().until(() -> !revocations("lost").isEmpty());
    assertThat(revocations("lost"))
        .extracting(AccessMessage.Revocation::lowestGeneration)
        .containsOnly(2L);
  }

  @Test
  void makesAnotherTokenBesideThoseBefore() {
    // Given
    registry.createDevice("twins");

    // When
    HttpResponse<Buffer> response = issue("twins", new JsonObject().put("revokeOthers", false));

    // Then
    assertThat(generation(json(response).getString("token"))).isEqualTo(1);
    assertThat(revocations("twins")).isEmpty();
  }

  @Test
  void revokesEveryToken() {
    // Given
    registry.createDevice("stolen");

    // When
    HttpResponse<Buffer> response =
        registry.request(HttpMethod.DELETE, DEVICES + "stolen/credentials");

    // Then
    assertThat(response.statusCode()).isEqualTo(204);
    Awaitility.await().until(() -> !revocations("stolen").isEmpty());
    assertThat(revocations("stolen").getFirst().lowestGeneration()).isEqualTo(2);
    assertThat(generation(json(issue("stolen", new JsonObject())).getString("token"))).isEqualTo(3);
  }

  @Test
  void knowsNoCredentialsOfDeviceThatIsNotThere() {
    // Then
    assertThat(problem(issue("nobody", new JsonObject()))).isEqualTo("device-not-found");
    assertThat(problem(rotate("nobody"))).isEqualTo("device-not-found");
  }

  @Test
  void keepsTenantsApart() {
    // Given
    registry.createDevice("ours");
    registry.createTenant("strangers");

    // When
    HttpResponse<Buffer> response =
        registry.request(
            HttpMethod.POST,
            DEVICES + "ours/credentials",
            Map.of("Content-Type", "application/json", "Fairlead-Tenant", "strangers"),
            Buffer.buffer("{}"),
            RegistryFixture.ADMIN_KEY);

    // Then
    assertThat(problem(response)).isEqualTo("device-not-found");
    assertThat(revocations("ours")).isEmpty();
  }

  @Test
  void givesNoTokenToDeviceThatIsAway() {
    // Given
    registry.createDevice("away");

    // Then
    assertThat(problem(rotate("away"))).isEqualTo("device-offline");
  }

  @Test
  void revokesOlderTokensOnceTheDeviceHasUsedTheOneItWasGiven() {
    // Given
    String before = registry.createDevice("turning");
    connect("turning", "s1", before);

    // When
    HttpResponse<Buffer> response = rotate("turning");

    // Then
    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(json(response).getLong("generation")).isEqualTo(2);
    assertThat(json(response).containsKey("token")).isFalse();
    Awaitility.await().until(() -> offered("turning").isPresent());
    String given = offered("turning").orElseThrow();
    assertThat(generation(given)).isEqualTo(2);
    connect("turning", "s2", before);
    assertThat(revocations("turning")).isEmpty();
    connect("turning", "s3", given);
    Awaitility.await().until(() -> !revocations("turning").isEmpty());
    assertThat(revocations("turning").getFirst().lowestGeneration()).isEqualTo(2);
    assertThat(generation(json(issue("turning", new JsonObject())).getString("token")))
        .isEqualTo(3);
  }

  @Test
  void announcesNextSigningKeyAndTakesKeysBack() {
    // Given
    String signing = part(registry.createDevice("signed"), 0).getString("kid");

    // When
    HttpResponse<Buffer> made = registry.request(HttpMethod.POST, KEYS);
    String next = json(made).getString("id");

    // Then
    assertThat(made.statusCode()).isEqualTo(201);
    assertThat(json(made).getString("state")).isEqualTo("announced");
    assertThat(part(registry.createDevice("signed-too"), 0).getString("kid")).isEqualTo(signing);
    assertThat(json(registry.request(HttpMethod.GET, KEYS)).getJsonArray("items").stream())
        .extracting(key -> ((JsonObject) key).getString("id"))
        .containsExactly(next, signing);
    assertThat(
            json(registry.request(HttpMethod.GET, KEYS + "/" + signing + "/devices"))
                .getJsonArray("items")
                .stream())
        .extracting(device -> ((JsonObject) device).getString("id"))
        .contains("signed", "signed-too");
    assertThat(problem(registry.request(HttpMethod.DELETE, KEYS + "/" + signing)))
        .isEqualTo("signing-key-in-use");
    assertThat(problem(registry.request(HttpMethod.DELETE, KEYS + "/none")))
        .isEqualTo("signing-key-not-found");
    assertThat(registry.request(HttpMethod.DELETE, KEYS + "/" + next).statusCode()).isEqualTo(204);
    Awaitility.await()
        .until(
            () ->
                registry.heard(Topic.ACCESS).stream()
                    .map(AccessMessage::decode)
                    .anyMatch(
                        message ->
                            message instanceof AccessMessage.Withdrawn withdrawn
                                && withdrawn.signingKeyId().equals(Optional.of(next))));
  }
}
