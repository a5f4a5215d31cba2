package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.registry.enrolment.EnrolmentSettings;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.sqlclient.Pool;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnrolmentIT {

  private static final String KEYS = "/api/v1/provisioning-keys";
  private static final String ENROLMENTS = "/api/v1/enrolments";
  private static final String DEVICES = "/api/v1/devices/";
  private static final String SECRET = "a-claim-secret-that-a-device-has-made-of-256-bits";
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
  private static final int PENDING_MAX = 3;

  private static RegistryFixture registry;
  private static Pool pool;

  @BeforeAll
  static void start() {
    EnrolmentSettings few = new EnrolmentSettings(Duration.ofDays(7), PENDING_MAX);
    registry = new RegistryFixture(config -> config.withEnrolment(few));
    pool = PgPools.create(registry.vertx(), registry.config().database(), "test", "registry");
  }

  @AfterAll
  static void stop() {
    await(pool.close());
    registry.close();
  }

  private static HttpResponse<Buffer> in(
      String tenant, HttpMethod method, String path, String body) {
    return registry.request(
        method,
        path,
        Map.of("Content-Type", "application/json", "Fairlead-Tenant", tenant),
        Buffer.buffer(body),
        RegistryFixture.ADMIN_KEY);
  }

  private static HttpResponse<Buffer> in(String tenant, HttpMethod method, String path) {
    return registry.request(
        method,
        path,
        Map.of("Fairlead-Tenant", tenant),
        Buffer.buffer(),
        RegistryFixture.ADMIN_KEY);
  }

  /// A tenant of the test's own.
  private static String tenant() {
    String tenant = "t-" + UUID.randomUUID();
    registry.createTenant(tenant);
    return tenant;
  }

  private static JsonObject key(String tenant, String accept) {
    return key(tenant, new JsonObject().put("accept", accept));
  }

  private static JsonObject key(String tenant, JsonObject members) {
    HttpResponse<Buffer> made =
        in(tenant, HttpMethod.POST, KEYS, members.copy().put("name", "a key").encode());
    assertThat(made.statusCode()).isEqualTo(201);
    return json(made);
  }

  /// What a device without any key of the API sends.
  private static Future<HttpResponse<Buffer>> send(String path, JsonObject body) {
    return registry.send(HttpMethod.POST, path, JSON, body.toBuffer());
  }

  private static HttpResponse<Buffer> enrol(JsonObject key, String id) {
    return enrol(application(key, id));
  }

  private static HttpResponse<Buffer> enrol(JsonObject application) {
    return await(send(ENROLMENTS, application));
  }

  private static JsonObject application(JsonObject key, String id) {
    return new JsonObject().put("key", key.getString("key")).put("id", id);
  }

  private static HttpResponse<Buffer> claim(String enrolment, String secret) {
    return await(
        send(ENROLMENTS + "/" + enrolment + "/claim", new JsonObject().put("secret", secret)));
  }

  private static HttpResponse<Buffer> claim(JsonObject begun) {
    return claim(begun.getString("enrolmentId"), begun.getString("secret"));
  }

  private static HttpResponse<Buffer> decide(String tenant, JsonObject begun, String verb) {
    return in(
        tenant, HttpMethod.POST, ENROLMENTS + "/" + begun.getString("enrolmentId") + "/" + verb);
  }

  private static List<JsonObject> items(String tenant, String path) {
    return json(in(tenant, HttpMethod.GET, path)).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private static JsonObject claims(HttpResponse<Buffer> enrolled) {
    return claims(json(enrolled).getString("token"));
  }

  private static JsonObject claims(String token) {
    return new JsonObject(
        new String(
            Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), StandardCharsets.UTF_8));
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  private static List<JsonObject> audit(String tenant, String query, int count) {
    return Awaitility.await()
        .until(() -> items(tenant, "/api/v1/audit?" + query), found -> found.size() == count);
  }

  private static void change(String sql) {
    await(pool.query(sql).execute());
  }

  @Test
  void showsKeyOnceAndKeepsItsFingerprintAlone() {
    // Given
    String tenant = tenant();

    // When
    JsonObject made =
        key(
            tenant,
            new JsonObject(
                """
                {"accept": "by-rule", "rule": {"idPrefix": "pump-"}, "usesMax": 5,
                 "expiresAt": "2100-01-01T00:00:00Z", "type": "pump", "tags": {"lot": "spring"}}
                """));

    // Then
    String key = made.getString("key");
    assertThat(key).startsWith("flp_").startsWith(made.getString("prefix")).hasSize(47);
    made.remove("key");
    assertThat(items(tenant, KEYS)).containsExactly(made);
    assertThat(made.getInteger("uses")).isZero();
    assertThat(made.getValue("lastUsedAt")).isNull();
    assertThat(made.getJsonObject("rule").getString("idPrefix")).isEqualTo("pump-");
    List<JsonObject> acts = audit(tenant, "action=createProvisioningKey", 1);
    assertThat(acts.getFirst().getString("target")).isEqualTo(KEYS + "/" + made.getString("id"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\":\"x\",\"accept\":\"maybe\"}",
        "{\"name\":\"x\",\"accept\":\"by-rule\"}",
        "{\"name\":\"x\",\"accept\":\"by-rule\",\"rule\":{}}",
        "{\"name\":\"x\",\"accept\":\"by-rule\",\"rule\":{\"idPattern\":\"(a+)+\"}}",
        "{\"name\":\"x\",\"accept\":\"always\",\"rule\":{\"idPrefix\":\"p\"}}",
        "{\"name\":\"x\",\"accept\":\"always\",\"usesMax\":0}",
        "{\"name\":\"x\",\"accept\":\"always\",\"expiresAt\":\"2001-01-01T00:00:00Z\"}"
      })
  void makesNoKeyThatMakesNoSense(String body) {
    assertThat(problem(in("default", HttpMethod.POST, KEYS, body)))
        .isEqualTo("400 validation-failed");
  }

  @Test
  void letsWhoeverHasTheKeyIn() {
    // Given
    String tenant = tenant();
    JsonObject key =
        key(
            tenant,
            new JsonObject(
                "{\"accept\": \"always\", \"type\": \"pump\", \"tags\": {\"lot\": \"spring\"}}"));

    // When
    HttpResponse<Buffer> enrolled =
        enrol(
            application(key, "pump-1")
                .put("name", "Pump 1")
                .put("type", "something else")
                .put("serial", "4711"));

    // Then
    assertThat(enrolled.statusCode()).isEqualTo(201);
    assertThat(enrolled.getHeader("Location")).isEqualTo(DEVICES + "pump-1");
    assertThat(json(enrolled).getString("id")).isEqualTo("pump-1");
    assertThat(json(enrolled).getString("tenant")).isEqualTo(tenant);
    assertThat(claims(enrolled).getString("ten")).isEqualTo(tenant);
    assertThat(claims(enrolled).getString("sub")).isEqualTo("pump-1");
    JsonObject device = json(in(tenant, HttpMethod.GET, DEVICES + "pump-1"));
    assertThat(device.getString("name")).isEqualTo("Pump 1");
    assertThat(device.getString("type")).isEqualTo("pump");
    assertThat(device.getJsonObject("tags"))
        .isEqualTo(new JsonObject().put("lot", "spring").put("serial", "4711"));
    assertThat(registry.heard(Topic.DEVICES).stream().map(DeviceChange::decode))
        .anyMatch(change -> change.device().toString().equals(tenant + "/pump-1"));
    JsonObject used = items(tenant, KEYS).getFirst();
    assertThat(used.getInteger("uses")).isEqualTo(1);
    assertThat(Instant.parse(used.getString("lastUsedAt"))).isBeforeOrEqualTo(Instant.now());
  }

  @Test
  void writesDownThatTheKeyActed() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, "always");

    // When
    enrol(key, "noted");

    // Then
    JsonObject act = audit(tenant, "action=enrol", 1).getFirst();
    assertThat(act.getString("actor")).isEqualTo(key.getString("id"));
    assertThat(act.getString("role")).isEqualTo("provisioning");
    assertThat(act.getString("target")).isEqualTo(DEVICES + "noted");
    assertThat(act.getString("address")).isEqualTo("127.0.0.1");
    assertThat(act.getString("outcome")).isEqualTo("succeeded");
  }

  @Test
  void makesAnIdForDeviceThatHasNone() {
    // Given
    JsonObject key = key(tenant(), "always");

    // When
    HttpResponse<Buffer> enrolled = enrol(new JsonObject().put("key", key.getString("key")));

    // Then
    assertThat(UUID.fromString(json(enrolled).getString("id"))).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "{\"idPrefix\":\"pump-\"}, pump-1, motor, 201",
    "{\"idPrefix\":\"pump-\"}, motor-1, motor, 403",
    "{\"idPattern\":\"pump-??-*\"}, pump-26-1, motor, 201",
    "{\"idPattern\":\"pump-??-*\"}, pump-2-1, motor, 403",
    "{\"idPattern\":\"pump\"}, pump-1, motor, 403",
    "{\"type\":\"pump\"}, anything, pump, 201",
    "{\"type\":\"pump\"}, anything, motor, 403",
    "{\"type\":\"pump\";\"idPrefix\":\"p\"}, q-1, pump, 403"
  })
  void letsInWhomTheRuleFitsAndNobodyElse(String rule, String id, String type, int status) {
    // Given
    String tenant = tenant();
    JsonObject key =
        key(
            tenant,
            new JsonObject()
                .put("accept", "by-rule")
                .put("rule", new JsonObject(rule.replace(';', ','))));

    // When
    HttpResponse<Buffer> answer = enrol(application(key, id).put("type", type));

    // Then
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(items(tenant, "/api/v1/devices")).hasSize(status == 201 ? 1 : 0);
    assertThat(items(tenant, KEYS).getFirst().getInteger("uses")).isEqualTo(status == 201 ? 1 : 0);
  }

  @Test
  void letsNobodyInWithoutAnIdWhereTheRuleIsAboutIds() {
    // Given
    JsonObject key =
        key(tenant(), new JsonObject("{\"accept\":\"by-rule\",\"rule\":{\"idPattern\":\"*\"}}"));

    // When
    HttpResponse<Buffer> answer = enrol(new JsonObject().put("key", key.getString("key")));

    // Then
    assertThat(problem(answer)).isEqualTo("403 enrolment-refused");
  }

  @Test
  void givesTheTokenOnceAPersonHasAccepted() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, "by-hand");
    HttpResponse<Buffer> asked =
        enrol(application(key, "waiting").put("name", "Waiting").put("serial", "4711"));
    JsonObject begun = json(asked);
    assertThat(asked.statusCode()).isEqualTo(202);
    assertThat(asked.getHeader("Retry-After")).isEqualTo("15");
    assertThat(begun.getString("state")).isEqualTo("pending");
    assertThat(begun.getString("secret")).startsWith("flc_");
    HttpResponse<Buffer> early = claim(begun);
    assertThat(early.statusCode()).isEqualTo(202);
    assertThat(json(early).containsKey("secret")).isFalse();
    assertThat(in(tenant, HttpMethod.GET, DEVICES + "waiting").statusCode()).isEqualTo(404);
    JsonObject seen = items(tenant, ENROLMENTS).getFirst();
    assertThat(seen.getString("deviceId")).isEqualTo("waiting");
    assertThat(seen.getString("serial")).isEqualTo("4711");
    assertThat(seen.getString("address")).isEqualTo("127.0.0.1");
    assertThat(seen.getString("provisioningKey")).isEqualTo(key.getString("id"));

    // When
    HttpResponse<Buffer> accepted = decide(tenant, begun, "accept");

    // Then
    assertThat(accepted.statusCode()).isEqualTo(200);
    assertThat(json(accepted).getString("state")).isEqualTo("accepted");
    assertThat(json(accepted).getString("decidedBy")).isEqualTo("admin");
    HttpResponse<Buffer> claimed = claim(begun);
    assertThat(claimed.statusCode()).isEqualTo(201);
    assertThat(claims(claimed).getString("sub")).isEqualTo("waiting");
    assertThat(items(tenant, ENROLMENTS)).isEmpty();
    assertThat(items(tenant, ENROLMENTS + "?state=accepted")).hasSize(1);
    assertThat(json(in(tenant, HttpMethod.GET, DEVICES + "waiting")).getString("name"))
        .isEqualTo("Waiting");
    assertThat(audit(tenant, "target=" + DEVICES + "waiting", 2))
        .extracting(act -> act.getString("action"))
        .containsExactly("claimEnrolment", "acceptEnrolment");
    assertThat(audit(tenant, "action=claimEnrolment", 1)).hasSize(1);
  }

  @Test
  void givesTheSameTokenAgainForATimeAndThenNoMore() {
    // Given
    String tenant = tenant();
    JsonObject begun = json(enrol(key(tenant, "by-hand"), "lossy"));
    decide(tenant, begun, "accept");
    JsonObject first = claims(claim(begun));

    // When
    HttpResponse<Buffer> again = claim(begun);

    // Then
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(claims(again)).isEqualTo(first);
    JsonObject kept = items(tenant, ENROLMENTS + "?state=accepted").getFirst();
    assertThat(Instant.parse(kept.getString("expiresAt")))
        .isEqualTo(Instant.parse(kept.getString("claimedAt")).plus(Duration.ofMinutes(10)));
    change("update enrolment set expires_at = now() where id = '" + kept.getString("id") + "'");
    assertThat(problem(claim(begun))).isEqualTo("404 enrolment-not-found");
  }

  @Test
  void givesNothingToWhoDoesNotKnowTheSecret() {
    // Given
    String tenant = tenant();
    JsonObject begun = json(enrol(key(tenant, "by-hand"), "guarded"));
    decide(tenant, begun, "accept");

    // When
    HttpResponse<Buffer> answer = claim(begun.getString("enrolmentId"), SECRET);

    // Then
    assertThat(problem(answer)).isEqualTo("404 enrolment-not-found");
    assertThat(claim(begun).statusCode()).isEqualTo(201);
  }

  @Test
  void givesNoTokenOfADeviceThatWasMadeAnew() {
    // Given
    String tenant = tenant();
    JsonObject begun = json(enrol(key(tenant, "by-hand"), "replaced"));
    decide(tenant, begun, "accept");
    in(tenant, HttpMethod.DELETE, DEVICES + "replaced");
    in(tenant, HttpMethod.POST, "/api/v1/devices", "{\"id\":\"replaced\"}");

    // When
    HttpResponse<Buffer> answer = claim(begun);

    // Then
    assertThat(problem(answer)).isEqualTo("404 enrolment-not-found");
  }

  @Test
  void tellsTheDeviceThatAPersonHasRejectedIt() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, "by-hand");
    JsonObject begun = json(enrol(key, "unwanted"));

    // When
    HttpResponse<Buffer> rejected = decide(tenant, begun, "reject");

    // Then
    assertThat(json(rejected).getString("state")).isEqualTo("rejected");
    assertThat(problem(claim(begun))).isEqualTo("403 enrolment-refused");
    assertThat(problem(decide(tenant, begun, "accept"))).isEqualTo("409 enrolment-final");
    assertThat(problem(decide(tenant, begun, "reject"))).isEqualTo("409 enrolment-final");
    assertThat(in(tenant, HttpMethod.GET, DEVICES + "unwanted").statusCode()).isEqualTo(404);
    assertThat(enrol(key, "unwanted").statusCode()).isEqualTo(202);
    assertThat(audit(tenant, "action=rejectEnrolment&outcome=succeeded", 1)).hasSize(1);
  }

  @Test
  void forgetsWhatNobodyDecides() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, "by-hand");
    JsonObject begun = json(enrol(key, "forgotten"));

    // When
    change("update enrolment set expires_at = now() where tenant = '" + tenant + "'");

    // Then
    assertThat(items(tenant, ENROLMENTS)).isEmpty();
    assertThat(problem(claim(begun))).isEqualTo("404 enrolment-not-found");
    assertThat(problem(decide(tenant, begun, "accept"))).isEqualTo("404 enrolment-not-found");
    assertThat(enrol(key, "forgotten").statusCode()).isEqualTo(202);
  }

  @Test
  void countsEachUseOnceAlsoWhenManyComeAtOnce() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, new JsonObject().put("accept", "always").put("usesMax", 5));

    // When
    List<HttpResponse<Buffer>> answers =
        IntStream.range(0, 20)
            .mapToObj(number -> send(ENROLMENTS, application(key, "swarm-" + number)))
            .toList()
            .stream()
            .map(RegistryFixture::await)
            .toList();

    // Then
    assertThat(answers.stream().filter(answer -> answer.statusCode() == 201)).hasSize(5);
    assertThat(answers.stream().filter(answer -> answer.statusCode() != 201))
        .extracting(EnrolmentIT::problem)
        .containsOnly("403 enrolment-refused");
    assertThat(items(tenant, "/api/v1/devices")).hasSize(5);
    assertThat(items(tenant, KEYS).getFirst().getInteger("uses")).isEqualTo(5);
  }

  @Test
  void letsSoManyWaitAndNoMoreAlsoWhenTheyComeAtOnce() {
    // Given
    String tenant = tenant();
    JsonObject one = key(tenant, "by-hand");
    JsonObject other = key(tenant, "by-hand");

    // When
    List<Integer> answers =
        IntStream.range(0, 10)
            .mapToObj(n -> send(ENROLMENTS, application(n % 2 == 0 ? one : other, "crowd-" + n)))
            .toList()
            .stream()
            .map(answer -> await(answer).statusCode())
            .toList();

    // Then
    assertThat(answers.stream().filter(status -> status == 202)).hasSize(PENDING_MAX);
    assertThat(answers.stream().filter(status -> status == 409)).hasSize(10 - PENDING_MAX);
    assertThat(items(tenant, ENROLMENTS)).hasSize(PENDING_MAX);
  }

  @Test
  void makesOneDeviceOfManyThatAskForOneId() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, "always");

    // When
    List<Integer> answers =
        IntStream.range(0, 8)
            .mapToObj(number -> send(ENROLMENTS, application(key, "the-one")))
            .toList()
            .stream()
            .map(answer -> await(answer).statusCode())
            .toList();

    // Then
    assertThat(answers).containsOnlyOnce(201).containsOnly(201, 409);
    assertThat(items(tenant, KEYS).getFirst().getInteger("uses")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"always", "by-hand"})
  void takesNoDeviceOver(String accept) {
    // Given
    String tenant = tenant();
    in(tenant, HttpMethod.POST, "/api/v1/devices", "{\"id\":\"taken\"}");

    // When
    HttpResponse<Buffer> answer =
        enrol(application(key(tenant, accept), "taken").put("secret", SECRET));

    // Then
    assertThat(problem(answer)).isEqualTo("409 device-exists");
  }

  @Test
  void refusesToAcceptWhatWasMadeMeanwhile() {
    // Given
    String tenant = tenant();
    JsonObject begun = json(enrol(key(tenant, "by-hand"), "meanwhile"));
    in(tenant, HttpMethod.POST, "/api/v1/devices", "{\"id\":\"meanwhile\"}");

    // When
    HttpResponse<Buffer> accepted = decide(tenant, begun, "accept");

    // Then
    assertThat(problem(accepted)).isEqualTo("409 device-exists");
    assertThat(claim(begun).statusCode()).isEqualTo(202);
  }

  @Test
  void letsOneWaitForEachId() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, "by-hand");
    enrol(key, "double");

    // When
    HttpResponse<Buffer> second = enrol(key, "double");

    // Then
    assertThat(problem(second)).isEqualTo("409 enrolment-pending");
    assertThat(items(tenant, ENROLMENTS)).hasSize(1);
  }

  @Test
  void answersARepeatedRequestAsItAnsweredTheFirst() {
    // Given
    String tenant = tenant();
    JsonObject always = key(tenant, "always");
    JsonObject byHand = key(tenant, "by-hand");
    JsonObject first = claims(enrol(application(always, "again").put("secret", SECRET)));
    JsonObject begun = json(enrol(application(byHand, "later").put("secret", SECRET)));

    // When
    HttpResponse<Buffer> again = enrol(application(always, "again").put("secret", SECRET));
    JsonObject begunAgain = json(enrol(application(byHand, "later").put("secret", SECRET)));

    // Then
    assertThat(claims(again)).isEqualTo(first);
    assertThat(begunAgain).isEqualTo(begun);
    assertThat(items(tenant, KEYS)).extracting(key -> key.getInteger("uses")).containsExactly(1, 1);
    assertThat(problem(enrol(application(byHand, "again").put("secret", SECRET))))
        .isEqualTo("409 device-exists");
    assertThat(problem(enrol(application(always, "again").put("secret", SECRET + "x"))))
        .isEqualTo("409 device-exists");
  }

  @Test
  void refusesKeyThatIsUnknownExpiredOrDeleted() {
    // Given
    String tenant = tenant();
    JsonObject expired =
        key(
            tenant,
            new JsonObject().put("accept", "always").put("expiresAt", "2100-01-01T00:00:00Z"));
    change("update provisioning_key set expires_at = now() where tenant = '" + tenant + "'");
    JsonObject deleted = key(tenant, "by-hand");
    JsonObject begun = json(enrol(deleted, "left-behind"));
    String path = KEYS + "/" + deleted.getString("id");
    double before = refused();

    // When
    HttpResponse<Buffer> deletion = in(tenant, HttpMethod.DELETE, path);

    // Then
    assertThat(deletion.statusCode()).isEqualTo(204);
    assertThat(problem(enrol(new JsonObject().put("key", "flp_nothing"))))
        .isEqualTo("401 unauthorized");
    assertThat(problem(enrol(expired, "a"))).isEqualTo("401 unauthorized");
    assertThat(problem(enrol(deleted, "a"))).isEqualTo("401 unauthorized");
    assertThat(refused() - before).isEqualTo(3.0);
    assertThat(problem(in(tenant, HttpMethod.DELETE, path)))
        .isEqualTo("404 provisioning-key-not-found");
    assertThat(decide(tenant, begun, "accept").statusCode()).isEqualTo(200);
    assertThat(claim(begun).statusCode()).isEqualTo(201);
  }

  private static double refused() {
    return registry.meters().counter("registry.enrolments", "outcome", "unauthorized").count();
  }

  @Test
  void refusesDevicesOfSuspendedTenant() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, "by-hand");
    JsonObject begun = json(enrol(key, "shut-out"));
    decide(tenant, begun, "accept");

    // When
    registry.request(
        HttpMethod.PATCH, "/api/v1/tenants/" + tenant, new JsonObject().put("suspended", true));

    // Then
    assertThat(problem(enrol(key, "newcomer"))).isEqualTo("401 unauthorized");
    assertThat(problem(claim(begun))).isEqualTo("401 unauthorized");
  }

  @Test
  void keepsTenantsApart() {
    // Given
    String own = tenant();
    String other = tenant();
    JsonObject key = key(own, "by-hand");
    JsonObject begun = json(enrol(key, "ours"));
    String admin =
        json(in(other, HttpMethod.POST, "/api/v1/api-keys", "{\"name\":\"a\",\"role\":\"admin\"}"))
            .getString("key");
    Awaitility.await().until(() -> as(admin, HttpMethod.GET, KEYS).statusCode() == 200);
    String enrolment = ENROLMENTS + "/" + begun.getString("enrolmentId");

    // Then
    assertThat(json(as(admin, HttpMethod.GET, ENROLMENTS)).getJsonArray("items")).isEmpty();
    assertThat(json(as(admin, HttpMethod.GET, KEYS)).getJsonArray("items")).isEmpty();
    assertThat(problem(as(admin, HttpMethod.GET, enrolment))).isEqualTo("404 enrolment-not-found");
    assertThat(problem(as(admin, HttpMethod.POST, enrolment + "/accept")))
        .isEqualTo("404 enrolment-not-found");
    assertThat(problem(as(admin, HttpMethod.POST, enrolment + "/reject")))
        .isEqualTo("404 enrolment-not-found");
    assertThat(problem(as(admin, HttpMethod.DELETE, KEYS + "/" + key.getString("id"))))
        .isEqualTo("404 provisioning-key-not-found");
    assertThat(json(in(own, HttpMethod.GET, enrolment)).getString("state")).isEqualTo("pending");
  }

  private static HttpResponse<Buffer> as(String key, HttpMethod method, String path) {
    return registry.request(method, path, Map.of(), Buffer.buffer(), key);
  }

  @Test
  void letsViewersLookAndNotDecide() {
    // Given
    String tenant = tenant();
    JsonObject begun = json(enrol(key(tenant, "by-hand"), "looked-at"));
    String viewer =
        json(in(
                tenant,
                HttpMethod.POST,
                "/api/v1/api-keys",
                "{\"name\":\"v\",\"role\":\"viewer\"}"))
            .getString("key");
    Awaitility.await().until(() -> as(viewer, HttpMethod.GET, ENROLMENTS).statusCode() == 200);
    String enrolment = ENROLMENTS + "/" + begun.getString("enrolmentId");

    // Then
    assertThat(as(viewer, HttpMethod.GET, enrolment).statusCode()).isEqualTo(200);
    assertThat(problem(as(viewer, HttpMethod.POST, enrolment + "/accept")))
        .isEqualTo("403 forbidden");
    assertThat(problem(as(viewer, HttpMethod.GET, KEYS))).isEqualTo("403 forbidden");
  }

  @Test
  void pagesThroughEnrolmentsTheOldestFirst() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, "by-hand");
    List<String> asked = List.of("zulu", "alpha", "mike");
    asked.forEach(id -> enrol(key, id));

    // When
    JsonObject first = json(in(tenant, HttpMethod.GET, ENROLMENTS + "?limit=2"));
    String cursor = "&cursor=" + first.getString("next");
    JsonObject second = json(in(tenant, HttpMethod.GET, ENROLMENTS + "?limit=2" + cursor));

    // Then
    assertThat(first.getJsonArray("items").addAll(second.getJsonArray("items")))
        .extracting(item -> ((JsonObject) item).getString("deviceId"))
        .containsExactlyElementsOf(asked);
    assertThat(second.getValue("next")).isNull();
    assertThat(problem(in(tenant, HttpMethod.GET, ENROLMENTS + "?state=accepted" + cursor)))
        .isEqualTo("400 bad-cursor");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"key\":\"k\",\"id\":\"..\"}",
        "{\"key\":\"k\",\"id\":\"a b\"}",
        "{\"key\":\"k\",\"id\":\"a\",\"secret\":\"short\"}",
        "{\"key\":\"k\",\"secret\":\"" + SECRET + "\"}",
        "{\"key\":\"k\",\"tenant\":\"acme\"}"
      })
  void refusesWhatDoesNotMatchTheContract(String body) {
    assertThat(problem(enrol(new JsonObject(body)))).isEqualTo("400 validation-failed");
  }

  @Test
  void forgetsKeysAndEnrolmentsWithTheirTenant() {
    // Given
    String tenant = tenant();
    JsonObject key = key(tenant, "by-hand");
    JsonObject begun = json(enrol(key, "last"));

    // When
    HttpResponse<Buffer> deleted = registry.request(HttpMethod.DELETE, "/api/v1/tenants/" + tenant);

    // Then
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(problem(enrol(key, "late"))).isEqualTo("401 unauthorized");
    assertThat(problem(claim(begun))).isEqualTo("404 enrolment-not-found");
  }
}
