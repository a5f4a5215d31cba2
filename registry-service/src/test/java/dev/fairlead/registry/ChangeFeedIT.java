package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.http.Cursor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChangeFeedIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String CHANGES = "/api/v1/changes";
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

  private static RegistryFixture registry;
  private static Pool pool;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    pool = PgPools.create(registry.vertx(), registry.config().database(), "test", "registry");
  }

  @AfterAll
  static void stop() {
    await(pool.close());
    registry.close();
  }

  /// A tenant of its own, so that what other tests do is none of it.
  private static String tenant() {
    String id = "t-" + UUID.randomUUID();
    registry.createTenant(id);
    return id;
  }

  private static JsonObject page(String tenant, String query) {
    return json(
        registry.request(
            HttpMethod.GET,
            CHANGES + query,
            Map.of("Fairlead-Tenant", tenant),
            Buffer.buffer(),
            RegistryFixture.ADMIN_KEY));
  }

  private static String now(String tenant) {
    return page(tenant, "").getString("next");
  }

  private static List<JsonObject> items(JsonObject page) {
    return page.getJsonArray("items").stream().map(JsonObject.class::cast).toList();
  }

  /// All that is to be seen after a cursor.
  private static List<JsonObject> after(String tenant, String cursor) {
    List<JsonObject> all = new ArrayList<>();
    JsonObject page = page(tenant, "?cursor=" + cursor);
    all.addAll(items(page));
    while (page.getBoolean("more")) {
      page = page(tenant, "?cursor=" + page.getString("next"));
      all.addAll(items(page));
    }
    return all;
  }

  private static <T> List<T> eachAfter(
      String tenant, String cursor, int count, Function<JsonObject, T> part) {
    Awaitility.await().atMost(TIMEOUT).until(() -> after(tenant, cursor).size() >= count);
    return after(tenant, cursor).stream().map(part).toList();
  }

  private static String kind(JsonObject event) {
    return event.getString("type").replace("dev.fairlead.", "");
  }

  private static void createDevice(String tenant, String id) {
    registry.requestIn(
        tenant,
        HttpMethod.POST,
        "/api/v1/devices",
        new JsonObject().put("id", id).put("type", "pump"));
  }

  private static Change change(String tenant, String device) {
    return Change.of(
        DeviceKey.of(tenant, device),
        ChangeKind.DEVICE_UPDATED,
        Instant.EPOCH,
        JsonNodeFactory.instance.objectNode());
  }

  @Test
  void tellsTheLifeOfADevice() {
    // Given
    String tenant = tenant();
    String cursor = now(tenant);

    // When
    createDevice(tenant, "a");
    registry.requestIn(
        tenant, HttpMethod.PATCH, "/api/v1/devices/a", new JsonObject().put("name", "A"));
    registry.requestIn(
        tenant, HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "night"));
    registry.requestIn(
        tenant,
        HttpMethod.POST,
        "/api/v1/groups/night/devices",
        new JsonObject("{\"add\":[\"a\"]}"));
    registry.requestIn(tenant, HttpMethod.DELETE, "/api/v1/devices/a", new JsonObject());

    // Then
    assertThat(eachAfter(tenant, cursor, 4, ChangeFeedIT::kind))
        .containsExactly("device.created", "device.updated", "group.joined", "device.deleted");
    List<JsonObject> events = after(tenant, cursor);
    JsonObject made = events.getFirst();
    assertThat(made.getString("specversion")).isEqualTo("1.0");
    assertThat(made.getString("source")).isEqualTo("/tenants/" + tenant);
    assertThat(made.getString("subject")).isEqualTo("a");
    assertThat(made.getString("datacontenttype")).isEqualTo("application/json");
    assertThat(made.getJsonObject("data"))
        .isEqualTo(
            new JsonObject("{\"name\":null,\"type\":\"pump\",\"tags\":{},\"location\":null}"));
    assertThat(events.getLast().getJsonObject("data"))
        .isEqualTo(new JsonObject("{\"groups\":[\"night\"]}"));
    assertThat(after(tenant, made.getString("id"))).isEqualTo(events.subList(1, 4));
  }

  @Test
  void tellsPresenceAlertsAndReports() {
    // Given
    String tenant = tenant();
    createDevice(tenant, "b");
    String cursor = now(tenant);

    // When
    Epoch epoch =
        new Epoch(
            1,
            registry
                .send(
                    SessionMessage.opened(
                        DeviceKey.of(tenant, "b"),
                        new SessionId("s1"),
                        1,
                        new SessionMessage.Place(
                            new InboxAddress(1, "silent"), "test", "192.0.2.1"),
                        System.currentTimeMillis()))
                .offset());
    say(tenant, DeviceMessage.Type.STATUS, epoch, "{\"a\":1,\"b\":{\"c\":2}}");
    say(
        tenant,
        DeviceMessage.Type.ALERT,
        epoch,
        "{\"code\":\"hot\",\"severity\":\"warning\",\"text\":\"Hot\",\"state\":\"raised\"}");
    awaitKind(tenant, cursor, "alert.raised");
    say(tenant, DeviceMessage.Type.STATUS, epoch, "{\"b\":{\"c\":null}}");
    say(tenant, DeviceMessage.Type.ALERT, epoch, "{\"code\":\"hot\",\"state\":\"cleared\"}");

    // Then
    awaitKind(tenant, cursor, "alert.cleared");
    awaitKind(tenant, cursor, "device.offline");
    List<JsonObject> events = after(tenant, cursor);
    assertThat(data(events, "device.online").getFirst().getString("gateway")).isEqualTo("silent");
    assertThat(data(events, "device.offline").getFirst().getString("reason"))
        .isEqualTo("gateway-lost");
    assertThat(data(events, "alert.raised").getFirst().getString("code")).isEqualTo("hot");
    assertThat(data(events, "device.reported").getFirst())
        .isEqualTo(new JsonObject("{\"patch\":{\"a\":1,\"b\":{\"c\":2}}}"));
    assertThat(data(events, "device.reported").getLast())
        .isEqualTo(new JsonObject("{\"patch\":{\"b\":{\"c\":null}}}"));
  }

  @Test
  void tellsWhatADeviceIsToBeLike() {
    // Given
    String tenant = tenant();
    createDevice(tenant, "a");
    String cursor = now(tenant);
    String desired = "/api/v1/devices/a/twin/desired";

    // When
    registry.requestIn(tenant, HttpMethod.PATCH, desired, new JsonObject("{\"rate\":5}"));
    registry.requestIn(tenant, HttpMethod.PATCH, desired, new JsonObject("{\"rate\":5}"));
    registry.requestIn(tenant, HttpMethod.PUT, desired, new JsonObject("{\"site\":\"north\"}"));

    // Then
    awaitKind(tenant, cursor, "device.desired");
    assertThat(eachAfter(tenant, cursor, 2, event -> event.getJsonObject("data")))
        .containsExactly(
            new JsonObject("{\"patch\":{\"rate\":5},\"version\":1}"),
            new JsonObject("{\"patch\":{\"rate\":null,\"site\":\"north\"},\"version\":2}"));
  }

  private static List<JsonObject> data(List<JsonObject> events, String kind) {
    return events.stream()
        .filter(event -> kind(event).equals(kind))
        .map(event -> event.getJsonObject("data"))
        .toList();
  }

  private static void awaitKind(String tenant, String cursor, String kind) {
    Awaitility.await().atMost(TIMEOUT).until(() -> !data(after(tenant, cursor), kind).isEmpty());
  }

  private static void say(String tenant, DeviceMessage.Type type, Epoch epoch, String body) {
    registry.send(
        new DeviceMessage(
                type,
                DeviceKey.of(tenant, "b"),
                new SessionId("s1"),
                epoch,
                System.currentTimeMillis(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Headers.JSON,
                body.getBytes(StandardCharsets.UTF_8))
            .toRecord());
  }

  @Test
  void leavesNothingOutThatALongTransactionCommitsLate() {
    // Given
    String tenant = tenant();
    String cursor = now(tenant);
    SqlConnection slow = await(pool.getConnection());
    Transaction transaction = await(slow.begin());
    await(PgChanges.append(slow, List.of(change(tenant, "slow"))));

    // When
    createDevice(tenant, "quick");
    JsonObject meanwhile = page(tenant, "?cursor=" + cursor);
    await(transaction.commit());
    await(slow.close());

    // Then
    assertThat(items(meanwhile)).isEmpty();
    assertThat(
            eachAfter(tenant, meanwhile.getString("next"), 2, event -> event.getString("subject")))
        .containsExactly("slow", "quick");
  }

  @Test
  void pagesInOrderAndByKind() {
    // Given
    String tenant = tenant();
    String cursor = now(tenant);
    List<Change> many = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      many.add(change(tenant, "d" + i));
    }
    await(pool.withTransaction(transaction -> PgChanges.append(transaction, many)));
    createDevice(tenant, "made");

    // When
    List<String> all = eachAfter(tenant, cursor, 26, event -> event.getString("subject"));
    JsonObject first = page(tenant, "?limit=10&cursor=" + cursor);
    JsonObject made = page(tenant, "?kind=device.created&cursor=" + cursor);

    // Then
    assertThat(all)
        .containsExactlyElementsOf(
            java.util.stream.Stream.concat(
                    many.stream().map(change -> change.device().orElseThrow()),
                    java.util.stream.Stream.of("made"))
                .toList());
    assertThat(items(first)).hasSize(10);
    assertThat(first.getBoolean("more")).isTrue();
    assertThat(items(made)).extracting(event -> event.getString("subject")).containsExactly("made");
  }

  @Test
  void showsNothingOfOtherTenants() {
    // Given
    String one = tenant();
    String other = tenant();
    String cursor = now(one);

    // When
    createDevice(one, "mine");
    createDevice(other, "theirs");

    // Then
    assertThat(eachAfter(one, cursor, 1, event -> event.getString("subject")))
        .containsExactly("mine");
    assertThat(eachAfter(other, cursor, 1, event -> event.getString("subject")))
        .containsExactly("theirs");
  }

  @Test
  void keepsAKeyOfAGroupToItsDevices() {
    // Given
    registry.createDevice("in-1");
    registry.createDevice("out-1");
    registry.request(HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "g1"));
    registry.request(
        HttpMethod.POST, "/api/v1/groups/g1/devices", new JsonObject("{\"add\":[\"in-1\"]}"));
    String key =
        json(registry.request(
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject("{\"name\":\"k\",\"role\":\"viewer\",\"group\":\"g1\"}")))
            .getString("key");
    String cursor = now("default");

    // When
    for (String device : List.of("in-1", "out-1")) {
      registry.request(
          HttpMethod.PATCH, "/api/v1/devices/" + device, new JsonObject().put("name", "N"));
      registry.request(HttpMethod.DELETE, "/api/v1/devices/" + device);
    }

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              HttpResponse<Buffer> answer =
                  registry.request(
                      HttpMethod.GET, CHANGES + "?cursor=" + cursor, JSON, Buffer.buffer(), key);
              assertThat(answer.statusCode()).isEqualTo(200);
              // Of a device that is gone only its end is left to be told.
              assertThat(items(json(answer)))
                  .extracting(event -> kind(event) + " " + event.getString("subject"))
                  .containsExactly("device.deleted in-1");
            });
  }

  /// As those who follow the feed have them after a backup was restored.
  @Test
  void refusesACursorThatTheDatabaseCannotHaveGiven() {
    // Given
    String ahead = Cursor.encode(List.of("9000000000000", "1"));

    // When
    HttpResponse<Buffer> answer = registry.request(HttpMethod.GET, CHANGES + "?cursor=" + ahead);

    // Then
    assertThat(answer.statusCode()).isEqualTo(410);
    assertThat(json(answer).getString("type")).endsWith("/cursor-expired");
    assertThat(json(answer).getString("detail")).contains("restored");
  }

  @Test
  void takesOldDaysAwayAndSaysSo() {
    // Given
    RegistryFixture own = new RegistryFixture();
    Pool its = PgPools.create(own.vertx(), own.config().database(), "test", "registry");
    String old =
        """
        insert into change (slot, tenant, device, kind, at, data)
        select ((extract(epoch from now())::bigint / 86400 - %d) %% 16)::smallint,
          'default', 'old-%d', 'device.updated', now(), '{}'
        """;
    String cursor = json(own.request(HttpMethod.GET, CHANGES)).getString("next");
    await(its.query(old.formatted(8, 8)).execute());
    await(its.query(old.formatted(7, 7)).execute());

    // When
    own.stop();
    own.start(config -> config);

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(own.column("select device from change order by id"))
                    .containsExactly("old-7"));
    HttpResponse<Buffer> answer = own.request(HttpMethod.GET, CHANGES + "?cursor=" + cursor);
    assertThat(answer.statusCode()).isEqualTo(410);
    assertThat(json(answer).getString("type")).endsWith("/cursor-expired");
    assertThat(json(answer).getString("detail")).contains("/api/v1/devices");
    assertThat(own.statusOf(RegistryFixture.ADMIN_KEY, HttpMethod.GET, CHANGES)).isEqualTo(200);
    await(its.close());
    own.close();
  }

  @Test
  void forgetsWhatHappenedInATenantThatIsDeleted() {
    // Given
    String tenant = tenant();
    createDevice(tenant, "gone");
    registry.requestIn(tenant, HttpMethod.DELETE, "/api/v1/devices/gone", new JsonObject());

    // When
    registry.request(HttpMethod.DELETE, "/api/v1/tenants/" + tenant);

    // Then
    assertThat(registry.column("select kind from change where tenant = '" + tenant + "'"))
        .isEmpty();
  }

  @Test
  void refusesWhatIsNoCursorAndNoKind() {
    assertThat(registry.request(HttpMethod.GET, CHANGES + "?cursor=WyItMSIsIjAiXQ").statusCode())
        .isEqualTo(400);
    assertThat(registry.request(HttpMethod.GET, CHANGES + "?kind=device.exploded").statusCode())
        .isEqualTo(400);
  }
}
