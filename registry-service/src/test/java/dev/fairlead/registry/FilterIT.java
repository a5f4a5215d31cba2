package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What filters find, among devices whose states are written by hand.
class FilterIT {

  private static final String DEVICES = "/api/v1/devices";
  private static final String GROUPS = "/api/v1/groups";
  private static final Map<String, String> HEADERS =
      Map.of("Content-Type", "application/json", "Fairlead-Tenant", "filters");

  /// How many devices share a tag: few enough to be sorted, and too many.
  private static final int FEW = 3;

  private static final int MANY = 3_001;

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    DatabaseSettings database = RegistryFixture.database();
    registry = new RegistryFixture(database);
    // The gateway of the sessions below lives.
    registry
        .vertx()
        .setPeriodic(
            50,
            _ ->
                registry.sendLater(
                    new GatewayMessage.GatewayBeat(new InboxAddress(1, "g1"), 1, false)
                        .toRecord()));
    registry.createTenant("filters");
    make("a", "Alpha 50%", "pump", "north");
    make("b", "beta", "pump", "south");
    make("c", "Gamma", "valve", "north");
    make("d", "delta", "valve", "south");
    place("a", 52.52, 13.40);
    place("b", 48.14, 11.58);
    place("c", -17.0, 179.5);
    // The same in another tenant, which nothing may find.
    registry.createDevice("a");
    Pool pool = PgPools.create(registry.vertx(), database, "test", "registry");
    for (String sql :
        """
        update presence set online = true, gateway = 'g1', address = '1:g1', session = 's-' || device_id,
          wire = 'json', remote_address = '192.0.2.1', epoch_generation = 1, epoch_offset = 1,
          newest_generation = 1, newest_offset = 1, since = '2026-01-01T00:00:00Z',
          last_seen_at = now() - interval '2 hours' where tenant = 'filters' and device_id in ('a', 'b');
        update presence set alerts_open = 1 where tenant = 'filters' and device_id = 'b';
        update presence set reason = 'timed-out', gateway = 'g1' where tenant = 'filters' and device_id = 'c';
        update reported set document =
          '{"firmware": {"version": "1.2.0", "build": 7}, "mode": "eco", "a.b": true, "list": [1, 2]}'
          where tenant = 'filters' and device_id = 'a';
        update reported set document = '{"firmware": {"version": "1.10.0", "build": 70}}'
          where tenant = 'filters' and device_id = 'b';
        insert into alert (tenant, device_id, id, code, severity, text, raised_at, last_raised_at)
          values ('filters', 'b', 'a1', 'overheat', 'critical', 'hot', now(), now());
        update telemetry_latest set metrics = '{"disk.used": {"value": 91.5, "at": "x"}}', as_of = now()
          where tenant = 'filters' and device_id = 'c';
        insert into desired (tenant, device_id, document, version, answered_version, answered_at, answer)
          values ('filters', 'a', '{"mode": "eco", "net": {"mtu": 1400}}', 3, 3, now(), 'accepted'),
            ('filters', 'b', '{"mode": "full"}', 2, 1, now(), 'accepted'),
            ('filters', 'c', '{}', 1, 1, now(), 'rejected');
        insert into device_block (tenant, device_id) values ('filters', 'd')"""
            .split(";\n", -1)) {
      await(pool.query(sql).execute());
    }
    makeTagged(pool, FEW);
    makeTagged(pool, MANY);
    await(pool.close());
  }

  private static void makeTagged(Pool pool, int count) {
    String tenant = "tagged-" + count;
    registry.createTenant(tenant);
    String hanging =
        "insert into %s (tenant, device_id) select $1, 'd' || n from generate_series(1, $2) n";
    for (String sql :
        List.of(
            """
            insert into device (tenant, id, tags, created_at, updated_at)
            select $1, 'd' || n, '{"site": "north", "line": "one"}', now(), now()
            from generate_series(1, $2) n
            """,
            hanging.formatted("presence"),
            """
            insert into reported (tenant, device_id, document)
            select $1, 'd' || n, '{"firmware": "1.7"}' from generate_series(1, $2) n
            """,
            hanging.formatted("telemetry_latest"))) {
      await(pool.preparedQuery(sql).execute(Tuple.of(tenant, count)));
    }
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static void make(String id, String name, String type, String site) {
    post(
        DEVICES,
        new JsonObject()
            .put("id", id)
            .put("name", name)
            .put("type", type)
            .put("tags", new JsonObject().put("site", site)));
  }

  private static void place(String id, double latitude, double longitude) {
    JsonObject location = new JsonObject().put("latitude", latitude).put("longitude", longitude);
    registry.requestIn(
        "filters",
        HttpMethod.PATCH,
        DEVICES + "/" + id,
        new JsonObject().put("location", location));
  }

  private static HttpResponse<Buffer> post(String path, JsonObject body) {
    return registry.request(
        HttpMethod.POST, path, HEADERS, body.toBuffer(), RegistryFixture.ADMIN_KEY);
  }

  private static HttpResponse<Buffer> list(String filter) {
    return registry.request(
        HttpMethod.GET,
        DEVICES + "?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8),
        HEADERS,
        Buffer.buffer(),
        RegistryFixture.ADMIN_KEY);
  }

  private static String found(String filter) {
    return ids(json(list(filter))).collect(Collectors.joining(" "));
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id = a                                             | a       | true",
        "id in (a, c, nobody)                               | a c     | true",
        "id ^= ''                                           | a b c d | true",
        "id > b                                             | c d     | false",
        "name = 'Alpha 50%'                                 | a       | true",
        "name = 'alpha 50%'                                 | ''      | true",
        "name ^= 'ALPHA 50%'                                | a       | true",
        "name ^= '%'                                        | ''      | true",
        "name != beta                                       | a c d   | false",
        "type = pump and tag.site = north                   | a       | true",
        "type = pump or tag.site = north                    | a b c   | true",
        "not type = pump                                    | c d     | false",
        "tag.site in (north, south)                         | a b c d | true",
        "desired.mode = eco                                 | a       | true",
        "desired.net.mtu >= 1400                            | a       | false",
        "desired.mode != eco                                | b       | false",
        "exists(desired.mode)                               | a b     | false",
        "not desired.mode = eco                             | b c d   | false",
        "inSync                                             | a d     | false",
        "inSync = false                                     | b c     | true",
        "inSync != true                                     | b c     | false",
        "exists(inSync)                                     | a b c   | false",
        "tag.site != north                                  | b d     | false",
        "tag.none != north                                  | ''      | false",
        "exists(tag.site)                                   | a b c d | false",
        "online                                             | a b     | true",
        "not online                                         | c d     | false",
        "health = red                                       | b       | true",
        "health in (grey, green)                            | a c d   | true",
        "gateway = g1                                       | a b     | true",
        "reason = 'timed-out'                               | c       | false",
        "blocked                                            | d       | true",
        "blocked = false                                    | a b c   | false",
        "alert = overheat                                   | b       | true",
        "exists(alert)                                      | b       | false",
        "reported.firmware.version = '1.2.0'                | a       | true",
        "reported.firmware.build > 7                        | b       | false",
        "reported.firmware.build >= 7.0                     | a b     | false",
        "reported.firmware.build = 7.0                      | a       | true",
        "reported.firmware.build != 7                       | b       | false",
        "reported.firmware.version ^= '1.1'                 | b       | false",
        "reported.'a.b' = true                              | a       | true",
        "exists(reported.firmware.build)                    | a b     | false",
        "not exists(reported.mode)                          | b c d   | false",
        "reported.firmware = 'x' or reported.mode > 'd'     | a       | false",
        "reported.'\"] ? (1 == 1)' = x                      | ''      | true",
        "exists(reported.'\"] ? (1 == 1)')                  | ''      | false",
        "telemetry.disk.used > 90                           | c       | false",
        "telemetry.disk.used > 91.5                         | ''      | false",
        "exists(telemetry.disk.used)                        | c       | false",
        "lastSeenAt < ago(1h)                               | a b     | false",
        "lastSeenAt > ago(1h)                               | c       | false",
        "since = '2026-01-01T00:00:00Z'                     | a b     | false",
        "createdAt > '2026-01-01T00:00:00Z'                 | a b c d | false",
        "text(alph)                                         | a       | true",
        "text('NORTH pump')                                 | a       | true",
        "text('50%')                                        | a       | true",
        "text('gam valve site')                             | c       | true",
        "text(orth)                                         | ''      | true",
        "not text(pump)                                     | c d     | false",
        "near(52.5, 13.4, 10km)                             | a       | true",
        "near(52.5, 13.4, 600km)                            | a b     | true",
        "near(-17, -179.9, 100km)                           | c       | true",
        "near(90, 0, 20000km)                               | a b c   | true",
        "not near(90, 0, 20000km)                           | d       | false",
        "box(40, 10, 60, 20)                                | a b     | true",
        "box(-20, 170, 0, -170)                             | c       | true",
        "type = pump and reported.firmware.build > 7        | b       | true",
        "health = red or telemetry.disk.used > 90           | b c     | false",
        "group = nothing                                    | ''      | true"
      })
  void findsWhatMeetsIt(String filter, String ids, boolean indexed) {
    // When
    HttpResponse<Buffer> answer = list(filter);

    // Then
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(200);
    assertThat(found(filter)).isEqualTo(ids);
    assertThat(json(answer).getBoolean("indexed")).isEqualTo(indexed);
  }

  @Test
  void goesThroughGroups() {
    // Given
    post(GROUPS, new JsonObject().put("id", "by-hand"));
    JsonObject changed =
        json(
            post(
                GROUPS + "/by-hand/devices",
                new JsonObject("{\"add\":[\"a\",\"d\",\"ghost\"],\"remove\":[\"b\"]}")));
    post(GROUPS, new JsonObject().put("id", "pumps").put("filter", "type = pump"));
    post(
        GROUPS,
        new JsonObject().put("id", "both").put("filter", "group in (pumps, 'by-hand') and online"));
    post(GROUPS, new JsonObject().put("id", "deep-0").put("filter", "online"));
    for (int depth = 1; depth < 5; depth++) {
      post(
          GROUPS,
          new JsonObject()
              .put("id", "deep-" + depth)
              .put("filter", "group = 'deep-" + (depth - 1) + "'"));
    }

    // Then
    assertThat(changed)
        .isEqualTo(new JsonObject("{\"added\":2,\"removed\":0,\"unknown\":[\"ghost\"]}"));
    assertThat(found("group = 'by-hand'")).isEqualTo("a d");
    assertThat(found("group = pumps")).isEqualTo("a b");
    assertThat(found("group = both")).isEqualTo("a b");
    assertThat(found("not group = both and not group = pumps")).isEqualTo("c d");
    assertThat(found("exists(group)")).isEqualTo("a d");
    assertThat(found("group = 'deep-3'")).isEqualTo(found("online"));
    assertThat(problem(list("group = 'deep-4'"))).isEqualTo("400 validation-failed");
  }

  @Test
  void refusesWhatIsNone() {
    // When
    HttpResponse<Buffer> answer = list("typ = pump");

    // Then
    assertThat(problem(answer)).isEqualTo("400 validation-failed");
    assertThat(json(answer).getString("detail")).contains("no device has a field 'typ'");
  }

  @Test
  void pagesThroughWhatMeetsIt() {
    // When
    String path =
        DEVICES + "?limit=1&filter=" + URLEncoder.encode("type = pump", StandardCharsets.UTF_8);
    JsonObject first = json(get(path));
    JsonObject second = json(get(path + "&cursor=" + first.getString("next")));
    HttpResponse<Buffer> other =
        get(DEVICES + "?limit=1&filter=online&cursor=" + first.getString("next"));

    // Then
    assertThat(first.getJsonArray("items").getJsonObject(0).getString("id")).isEqualTo("a");
    assertThat(second.getJsonArray("items").getJsonObject(0).getString("id")).isEqualTo("b");
    assertThat(second.getString("next")).isNull();
    assertThat(problem(other)).isEqualTo("400 bad-cursor");
  }

  @ParameterizedTest
  @CsvSource({
    FEW + ",tag=site:north&filter=tag.line%20%3D%20one",
    MANY + ",tag=site:north&filter=tag.line%20%3D%20one",
    FEW + ",filter=reported.firmware%20%3D%20'1.7'",
    MANY + ",filter=reported.firmware%20%3D%20'1.7'"
  })
  void pagesInOrderThroughFewAndThroughMany(int count, String question) {
    // Given
    String tenant = "tagged-" + count;
    String query = "?limit=2&" + question;

    // When
    JsonObject first = page(tenant, query);
    JsonObject second = page(tenant, query + "&cursor=" + first.getString("next"));

    // Then
    List<String> ids =
        IntStream.rangeClosed(1, count).mapToObj(number -> "d" + number).sorted().limit(4).toList();
    assertThat(Stream.of(first, second).flatMap(FilterIT::ids)).isEqualTo(ids);
    assertThat(ids(page(tenant, "?limit=1000&tag=site:north"))).hasSize(Math.min(count, 1_000));
  }

  private static JsonObject page(String tenant, String query) {
    return json(registry.requestIn(tenant, HttpMethod.GET, DEVICES + query, new JsonObject()));
  }

  private static Stream<String> ids(JsonObject page) {
    return page.getJsonArray("items").stream().map(item -> ((JsonObject) item).getString("id"));
  }

  private static HttpResponse<Buffer> get(String path) {
    return registry.request(
        HttpMethod.GET, path, HEADERS, Buffer.buffer(), RegistryFixture.ADMIN_KEY);
  }
}
