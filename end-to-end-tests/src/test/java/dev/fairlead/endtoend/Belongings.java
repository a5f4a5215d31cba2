package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.documentation.contract.Contract;
import dev.fairlead.documentation.contract.Operation;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Authority;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.YesterdaysSample;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Two tenants: a victim who has at least two of everything there is, so that each of its lists has
/// a cursor, and an intruder who has a device and a key.
final class Belongings {

  static final String VICTIM = "victim";
  static final String INTRUDER = "intruder";

  /// The id of the victim's device, which the intruder tries.
  static final String DEVICE = "zq7-victims-device";

  private static final String ANOTHER_DEVICE = "zq7-another-device";

  /// In the name of everything that the victim has, and in what its device says. The intruder never
  /// says it.
  static final String INNER = "zq7-inner-secret";

  static final String OWN_DEVICE = "intruding";
  static final String GROUPS = "/api/v1/groups";

  /// The id of the victim's group, in which the device is.
  static final String GROUP = "victims-group";

  /// Parameters of queries with which nothing that somebody has can be named.
  static final Set<String> NAMES_NOTHING =
      Set.of(
          "limit",
          "online",
          "health",
          "state",
          "wait",
          "from",
          "to",
          "outcome",
          "action",
          "devices",
          "kind",
          "returnTo",
          "code",
          "iss",
          "error",
          "severity",
          "by",
          "key",
          "points",
          "day",
          "at",
          "bbox",
          "zoom",
          "format");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NOBODY = "00000000-0000-4000-8000-000000000000";
  private static final String NOBODYS_FINGERPRINT = "0".repeat(64);
  private static final String DEVICES = "/api/v1/devices";
  private static final String API_KEYS = "/api/v1/api-keys";
  private static final String PEOPLE = "/api/v1/people";
  private static final String PROVISIONING_KEYS = "/api/v1/provisioning-keys";
  private static final String AUTHORITIES = "/api/v1/certificate-authorities";
  private static final String WEBHOOKS = "/api/v1/webhooks";
  private static final String SIGNING_KEYS = "/api/v1/signing-keys";
  private static final String ALERTS = "/api/v1/alerts";
  private static final String KNOWLEDGE = "/api/v1/knowledge";
  private static final String DEVICE_TYPES = "/api/v1/device-types";
  private static final String RULES = "/api/v1/rules";
  private static final String IMPORTS = "/api/v1/device-imports";
  private static final String PATCHES = "/api/v1/device-patches";
  private static final String TYPE = "zq7-type";
  private static final String SITE = "zq7-site";
  /// A command to the device that is connected, which is not over.
  private static final Pattern UNDER_WAY =
      Pattern.compile(
          "\"deviceId\":\""
              + DEVICE
              + "\",\"kind\":\"[^\"]*\",\"body\":null,\"state\":\"(queued|sent|delivered|running)\"");

  private static final Pattern PARAMETER = Pattern.compile("\\{\\w+}");
  private static final List<String> NAMES =
      List.of("id", "deviceId", "fingerprint", "code", "type");

  /// The victim's id of something, one of the same form that nobody has, and the intruder's own.
  record Ids(String theirs, String nobodys, String own) {
    Ids(String theirs, String nobodys) {
      this(theirs, nobodys, nobodys);
    }
  }

  private final Cluster cluster;

  /// By the path up to the parameter that stands for them.
  private final Map<String, Ids> named = new LinkedHashMap<>();

  private final Map<String, List<Ids>> queries = new LinkedHashMap<>();
  private final String victimsToken;
  private final String intrudersToken;
  private final String intruderKey;

  Belongings(Cluster cluster) {
    this.cluster = cluster;
    tenant(VICTIM);
    tenant(INTRUDER);
    intrudersToken = text(in(INTRUDER, DEVICES, new JsonObject().put("id", OWN_DEVICE)), "token");
    intruderKey = text(in(INTRUDER, API_KEYS, key("intruder")), "key");
    victimsToken = device();
    YesterdaysSample.write(cluster, VICTIM, DEVICE, new JsonObject().put(INNER, 1).encode());
    queries.put("type", List.of(new Ids(TYPE, "nobodys-type")));
    queries.put("tag", List.of(new Ids("site:" + SITE, "site:nobodys")));
    queries.put("device", List.of(new Ids(DEVICE, "nobodys-device")));
    queries.put("group", List.of(new Ids(GROUP, "nobodys-group")));
    queries.put("after", List.of(new Ids(DEVICE, "nobodys-device")));
    queries.put("q", List.of(new Ids(DEVICE, "nobodys-device")));
    queries.put("target", List.of(new Ids(DEVICES + "/" + DEVICE, DEVICES + "/nobodys-device")));
    queries.put("tenant", List.of(new Ids(VICTIM, "nobodys-tenant")));
    queries.put(
        "filter",
        List.of(
            new Ids("id = '" + DEVICE + "'", "id = 'nobodys-device'"),
            new Ids("group = '" + GROUP + "'", "group = 'nobodys-group'"),
            new Ids("tag.site = '" + SITE + "'", "tag.site = 'nobodys'"),
            new Ids("type = '" + TYPE + "'", "type = 'nobodys'"),
            new Ids("not id = '" + OWN_DEVICE + "'", "id = 'nobodys-device'")));
    named.put("/api/v1/tenants/{id}", new Ids(VICTIM, "nobodys-tenant", INTRUDER));
    keys();
    groups();
    named.put(PEOPLE + "/{id}", new Ids(person("one"), NOBODY));
    assertThat(person("another")).isNotEmpty();
    enrolments();
    certificates();
    commands();
    webhooks();
    rules();
    knowledge();
    types();
    imports();
    patches();
    awaitAudit();
  }

  private void tenant(String id) {
    assertThat(
            cluster
                .api()
                .post(
                    cluster.registry().httpPort(),
                    "/api/v1/tenants",
                    new JsonObject().put("id", id).encode())
                .status())
        .isEqualTo(201);
  }

  private String device() {
    JsonObject made =
        new JsonObject()
            .put("name", INNER)
            .put("type", TYPE)
            .put("tags", new JsonObject().put("site", SITE));
    made(in(VICTIM, DEVICES, made.copy().put("id", ANOTHER_DEVICE)));
    named.put(DEVICES + "/{id}", new Ids(DEVICE, "nobodys-device", OWN_DEVICE));
    return text(in(VICTIM, DEVICES, made.put("id", DEVICE)), "token");
  }

  private static JsonObject key(String name) {
    return new JsonObject().put("name", name).put("role", "admin");
  }

  private void keys() {
    Api.Answer acting = in(VICTIM, API_KEYS, key(INNER));
    named.put(API_KEYS + "/{id}", new Ids(text(in(VICTIM, API_KEYS, key(INNER)), "id"), NOBODY));
    queries.put("actor", List.of(new Ids(text(acting, "id"), NOBODY)));
    // So that the key stands in the audit as who did something.
    await()
        .until(
            () ->
                cluster
                        .api()
                        .raw(
                            cluster.registry().httpPort(),
                            "POST",
                            GROUPS,
                            Optional.of(new JsonObject().put("id", "made-by-key").encode()),
                            text(acting, "key"),
                            Map.of("Content-Type", "application/json"))
                        .statusCode()
                    == 201);
    JsonNode signing =
        cluster.api().get(cluster.registry().httpPort(), SIGNING_KEYS).body().path("items").path(0);
    String kid = signing.path("id").asText();
    named.put(SIGNING_KEYS + "/{id}", new Ids(kid, NOBODY, kid));
  }

  private void awaitAudit() {
    String path = "/api/v1/audit?actor=" + queries("actor").getFirst().theirs();
    await()
        .until(
            () ->
                !cluster
                    .api()
                    .get(cluster.registry().httpPort(), path, Map.of("Fairlead-Tenant", VICTIM))
                    .body()
                    .path("items")
                    .isEmpty());
  }

  private void groups() {
    made(in(VICTIM, GROUPS, new JsonObject().put("id", GROUP).put("name", INNER)));
    made(in(VICTIM, GROUPS + "/" + GROUP + "/devices", "{\"add\":[\"" + DEVICE + "\"]}"));
    named.put(GROUPS + "/{id}", new Ids(GROUP, "nobodys-group"));
  }

  private String person(String who) {
    JsonObject person =
        new JsonObject()
            .put("email", who + "@example.com")
            .put("name", INNER)
            .put("role", "viewer");
    return text(in(VICTIM, PEOPLE, person), "id");
  }

  private void enrolments() {
    JsonObject fleet = new JsonObject().put("name", INNER).put("accept", "by-hand");
    Api.Answer key = in(VICTIM, PROVISIONING_KEYS, fleet);
    made(in(VICTIM, PROVISIONING_KEYS, fleet));
    named.put(PROVISIONING_KEYS + "/{id}", new Ids(text(key, "id"), NOBODY));
    String first = enrolment(text(key, "key"), "zq7-newcomer");
    assertThat(enrolment(text(key, "key"), "zq7-latecomer")).isNotEmpty();
    named.put("/api/v1/enrolments/{id}", new Ids(first, NOBODY));
  }

  private String enrolment(String key, String id) {
    JsonObject enrolment = new JsonObject().put("key", key).put("id", id).put("name", INNER);
    return text(
        cluster.api().post(cluster.registry().httpPort(), "/api/v1/enrolments", enrolment.encode()),
        "enrolmentId");
  }

  private void certificates() {
    String path = DEVICES + "/" + DEVICE + "/certificates";
    Api.Answer issued = in(VICTIM, path, request());
    made(in(VICTIM, path, request()));
    named.put(
        DEVICES + "/{id}/certificates/{fingerprint}",
        new Ids(text(issued, "fingerprint"), NOBODYS_FINGERPRINT));
    named.put(
        AUTHORITIES + "/{fingerprint}", new Ids(text(issued, "authority"), NOBODYS_FINGERPRINT));
    made(in(VICTIM, AUTHORITIES, new JsonObject().put("certificate", Authority.make().pem())));
  }

  private static JsonObject request() {
    return new JsonObject().put("csr", Authority.signingRequest());
  }

  private void commands() {
    named.put("/api/v1/commands/{id}", new Ids(command(), NOBODY));
    assertThat(command()).isNotEmpty();
    named.put(
        "/api/v1/commands/batches/{batch}",
        new Ids(
            batch(VICTIM, List.of(DEVICE, ANOTHER_DEVICE)),
            NOBODY,
            batch(INTRUDER, List.of(OWN_DEVICE))));
  }

  /// Where the service gives up at once, one that leads nowhere has deliveries soon.
  private void webhooks() {
    JsonObject webhook =
        new JsonObject()
            .put("name", INNER)
            .put("url", "https://zq7.invalid/")
            .put("kinds", new JsonArray().add("device.created"));
    String id = text(in(VICTIM, WEBHOOKS, webhook), "id");
    made(in(VICTIM, WEBHOOKS, webhook.put("enabled", false)));
    JsonObject idle =
        new JsonObject().put("url", "https://intruder.invalid/").put("enabled", false);
    named.put(WEBHOOKS + "/{id}", new Ids(id, NOBODY, text(in(INTRUDER, WEBHOOKS, idle), "id")));
    made(in(VICTIM, DEVICES, new JsonObject().put("id", "zq7-first-told")));
    made(in(VICTIM, DEVICES, new JsonObject().put("id", "zq7-second-told")));
    String path = WEBHOOKS + "/" + id;
    await().until(() -> dead(path).size() == 2);
    named.put(
        WEBHOOKS + "/{id}/deliveries/{delivery}",
        new Ids(dead(path).path(0).path("id").asText(), "WyIxIiwiMSJd"));
    assertThat(
            cluster
                .api()
                .raw(
                    cluster.registry().httpPort(),
                    "PATCH",
                    path,
                    Optional.of("{\"enabled\":false}"),
                    cluster.adminKey(),
                    Map.of("Fairlead-Tenant", VICTIM, "Content-Type", "application/json"))
                .statusCode())
        .isEqualTo(200);
  }

  private JsonNode dead(String webhook) {
    return cluster
        .api()
        .get(
            cluster.registry().httpPort(),
            webhook + "/deliveries?state=dead",
            Map.of("Fairlead-Tenant", VICTIM))
        .body()
        .path("items");
  }

  private String command() {
    return text(
        cluster
            .api()
            .post(
                cluster.command().httpPort(),
                DEVICES + "/" + DEVICE + "/commands",
                "{\"kind\":\"" + INNER + "\"}",
                Map.of("Fairlead-Tenant", VICTIM)),
        "id");
  }

  private String batch(String tenant, List<String> devices) {
    return text(
        cluster
            .api()
            .post(
                cluster.command().httpPort(),
                "/api/v1/commands/batches",
                new JsonObject()
                    .put("devices", new JsonArray(devices))
                    .put("kind", tenant.equals(VICTIM) ? INNER : "ping")
                    .encode(),
                Map.of("Fairlead-Tenant", tenant)),
        "id");
  }

  private void rules() {
    JsonObject rule =
        new JsonObject()
            .put("name", INNER)
            .put("condition", new JsonObject().put("kind", "offline").put("for", "1d"))
            .put(
                "alert",
                new JsonObject().put("code", "gone").put("severity", "info").put("text", INNER));
    named.put(RULES + "/{ruleId}", new Ids(text(in(VICTIM, RULES, rule), "id"), NOBODY));
    made(in(VICTIM, RULES, rule));
  }

  private void imports() {
    String theirs = text(in(VICTIM, IMPORTS, imported()), "id");
    made(in(VICTIM, IMPORTS, imported()));
    String own = text(in(INTRUDER, IMPORTS, imported()), "id");
    named.put(IMPORTS + "/{jobId}", new Ids(theirs, NOBODY, own));
    HttpResponse<String> answer =
        cluster
            .api()
            .raw(
                cluster.registry().httpPort(),
                "PUT",
                IMPORTS + "/" + theirs + "/content",
                Optional.of("id\n" + DEVICE + "\n" + DEVICE + "\n"),
                Cluster.ADMIN_KEY,
                Map.of("Fairlead-Tenant", VICTIM, "Content-Type", "text/csv"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private static JsonObject imported() {
    return new JsonObject().put("format", "csv");
  }

  /// Two of the victim's devices have a tag already, and no room for so many more.
  private void patches() {
    JsonObject tags = new JsonObject();
    IntStream.range(0, 64).forEach(number -> tags.put("tag-" + number, INNER));
    String theirs = text(in(VICTIM, PATCHES, patch(tags)), "id");
    made(in(VICTIM, PATCHES, patch(tags)));
    String own = text(in(INTRUDER, PATCHES, patch(new JsonObject())), "id");
    named.put(PATCHES + "/{jobId}", new Ids(theirs, NOBODY, own));
    await()
        .until(
            () ->
                cluster
                    .api()
                    .get(cluster.registry().httpPort(), PATCHES, Map.of("Fairlead-Tenant", VICTIM))
                    .body()
                    .path("items")
                    .valueStream()
                    .allMatch(job -> job.path("state").asText().equals("done")));
  }

  private static JsonObject patch(JsonObject tags) {
    return new JsonObject()
        .put("filter", "tag.site = '" + SITE + "'")
        .put("patch", new JsonObject().put("tags", tags));
  }

  private void knowledge() {
    know("zq7-victims-code");
    know("zq7-another-code");
    named.put(KNOWLEDGE + "/{code}", new Ids("zq7-victims-code", "nobodys-code"));
  }

  private void know(String code) {
    put(
        KNOWLEDGE + "/" + code,
        new JsonObject().put("explanation", INNER).put("suggestion", INNER));
  }

  private void types() {
    JsonObject type = new JsonObject().put("title", INNER);
    put(DEVICE_TYPES + "/zq7-victims-type", type);
    put(DEVICE_TYPES + "/zq7-another-type", type);
    named.put(DEVICE_TYPES + "/{type}", new Ids("zq7-victims-type", "nobodys-type"));
  }

  private void put(String path, JsonObject document) {
    HttpResponse<String> answer =
        cluster
            .api()
            .raw(
                cluster.registry().httpPort(),
                "PUT",
                path,
                Optional.of(document.encode()),
                cluster.adminKey(),
                Map.of("Content-Type", "application/json", "Fairlead-Tenant", VICTIM));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  /// Waits for two alerts of the victim's device.
  void awaitAlerts() {
    await().until(() -> alerts().size() == 2);
    named.put(ALERTS + "/{alertId}", new Ids(alerts().path(0).path("id").asText(), NOBODY));
  }

  private JsonNode alerts() {
    return cluster
        .api()
        .get(cluster.registry().httpPort(), ALERTS, Map.of("Fairlead-Tenant", VICTIM))
        .body()
        .path("items");
  }

  Api.Answer in(String tenant, String path, String body) {
    return cluster
        .api()
        .post(cluster.registry().httpPort(), path, body, Map.of("Fairlead-Tenant", tenant));
  }

  private Api.Answer in(String tenant, String path, JsonObject body) {
    return in(tenant, path, body.encode());
  }

  private static void made(Api.Answer answer) {
    assertThat(answer.status()).as("%s", answer).isIn(200, 201, 202);
  }

  private static String text(Api.Answer answer, String field) {
    made(answer);
    assertThat(answer.body().path(field).asText()).as(field).isNotEmpty();
    return answer.body().path(field).asText();
  }

  String victimsToken() {
    return victimsToken;
  }

  String intrudersToken() {
    return intrudersToken;
  }

  /// The key of an admin.
  String intruderKey() {
    return intruderKey;
  }

  int port(Operation operation) {
    return operation.contract().service().equals("command")
        ? cluster.command().httpPort()
        : cluster.registry().httpPort();
  }

  /// What can stand for the last parameter of a path.
  Ids named(String path) {
    return Optional.ofNullable(named.get(path))
        .orElseThrow(() -> new AssertionError("this test has nothing of the victim's for " + path));
  }

  /// The path of an operation.
  ///
  /// @param first what stands for its first parameter
  /// @param later what stands for those below
  String path(Operation operation, Function<Ids, String> first, Function<Ids, String> later) {
    Matcher parameter = PARAMETER.matcher(operation.path());
    StringBuilder path = new StringBuilder();
    Function<Ids, String> choice = first;
    while (parameter.find()) {
      Ids ids = named(operation.path().substring(0, parameter.end()));
      parameter.appendReplacement(path, Matcher.quoteReplacement(choice.apply(ids)));
      choice = later;
    }
    return parameter.appendTail(path).toString();
  }

  /// Whether a path names what all tenants share.
  boolean isEveryones(String path) {
    return path.startsWith(SIGNING_KEYS);
  }

  /// What can be asked for by a parameter of a query.
  List<Ids> queries(String name) {
    return Optional.ofNullable(queries.get(name))
        .orElseThrow(
            () -> new AssertionError("this test has nothing of the victim's for ?" + name + "="));
  }

  /// A text in which it cannot be seen whose ids were asked for.
  String withoutIds(String text) {
    // The longest first, as one may stand in another.
    return named.values().stream()
        .flatMap(ids -> Stream.of(ids.theirs(), ids.nobodys()))
        .sorted(Comparator.comparingInt(String::length).reversed())
        .reduce(text, (rest, id) -> rest.replace(id, "ID"))
        .replaceAll("\"updatedAt\":\"[^\"]*\"", "");
  }

  /// The ids of what the victim's admins see in a list.
  Set<String> items(Operation list) {
    return items(asVictim(list, list.hasParameter("query", "limit") ? "?limit=1000" : ""));
  }

  /// The ids of what stands in an answer; none in one that is no list.
  static Set<String> items(HttpResponse<String> answer) {
    Set<String> ids = new LinkedHashSet<>();
    answer
        .body()
        .lines()
        .map(Belongings::json)
        .flatMap(line -> line.has("items") ? line.path("items").valueStream() : Stream.of(line))
        .flatMap(item -> NAMES.stream().map(item::path))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .forEach(ids::add);
    return ids;
  }

  /// A cursor of the victim's.
  String cursor(Operation list) {
    String next = json(asVictim(list, "?limit=1").body()).path("next").asText();
    if (next.isEmpty() || next.equals("null")) {
      throw new AssertionError("the victim has too little for a cursor of " + list);
    }
    return next;
  }

  private HttpResponse<String> asVictim(Operation operation, String query) {
    String path = path(operation, Ids::theirs, Ids::theirs);
    HttpResponse<String> answer =
        cluster
            .api()
            .raw(
                port(operation),
                "GET",
                path + query,
                Optional.empty(),
                cluster.adminKey(),
                Map.of("Fairlead-Tenant", VICTIM));
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return answer;
  }

  /// All that the victim's admins can see, but for what time changes, as it does maps and charts,
  /// and for what is written down of those who look.
  String everything() {
    StringBuilder all = new StringBuilder();
    Stream.of("registry", "command")
        .flatMap(name -> Contract.ofSources(name).operations().stream())
        .filter(operation -> operation.method().equals("get"))
        .filter(operation -> operation.role().filter(role -> !role.equals("platform")).isPresent())
        .filter(
            operation ->
                !operation
                    .path()
                    .matches("/api/v1/(audit|limits|me|changes|device-clusters)(/.*)?"))
        .filter(operation -> !operation.path().matches(".*/(telemetry/history|stream)"))
        .forEach(operation -> all.append(asVictim(operation, "").body()).append('\n'));
    return all.toString().replaceAll("\"last(Seen|Used)At\":\"[^\"]*\"", "");
  }

  /// Checks that what the victim's device said is seen, and what it was told is done.
  void assertSettled() {
    assertThat(everything())
        .contains(INNER + "\":1")
        .contains("\"online\":true")
        .doesNotContainPattern(UNDER_WAY);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw new AssertionError("no JSON was answered: " + text, e);
    }
  }
}
