package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.registry.bulk.BulkSettings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DeviceImportIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String HEADER = "id,name,type,tag:site,latitude,longitude\n";

  private static RegistryFixture registry;
  private static BulkScene scene;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    scene = new BulkScene(registry);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static String tenant(String id) {
    registry.createTenant(id);
    return id;
  }

  private static String rows(int from, int to) {
    StringBuilder rows = new StringBuilder();
    for (int number = from; number < to; number++) {
      rows.append(
          "d-%06d,Device %d,pump,site-%d,53.5,9.%d\n"
              .formatted(number, number, number % 9, number % 10));
    }
    return rows.toString();
  }

  private static JsonObject device(String tenant, String id) {
    return json(scene.get(tenant, "/api/v1/devices/" + id));
  }

  private static List<DeviceChange> said(String tenant) {
    return registry.heard(Topic.DEVICES).stream()
        .map(DeviceChange::decode)
        .filter(change -> change.device().tenant().value().equals(tenant))
        .toList();
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  @Test
  void makesDevicesAndTellsOfThem() {
    // Given
    String tenant = tenant("makes");
    String path = scene.begin(tenant, "csv", "create");

    // When
    JsonObject done =
        json(
            scene.upload(
                tenant,
                path,
                """
                id,name,type,tag:site,latitude,longitude
                pump-17,Pump 17,pump,north,53.5438,9.9661
                pump-18,"Pump 18, spare",pump,north,,
                """,
                Map.of()));

    // Then
    assertThat(done.getString("state")).isEqualTo("done");
    assertThat(done.getLong("offset")).isEqualTo(121);
    assertThat(done.getLong("lines")).isEqualTo(3);
    assertThat(done.getLong("rows")).isEqualTo(2);
    assertThat(done.getLong("created")).isEqualTo(2);
    assertThat(device(tenant, "pump-17").getJsonObject("tags"))
        .isEqualTo(new JsonObject().put("site", "north"));
    assertThat(device(tenant, "pump-17").getJsonObject("location").getDouble("latitude"))
        .isEqualTo(53.5438);
    assertThat(device(tenant, "pump-18").getString("name")).isEqualTo("Pump 18, spare");
    await().atMost(PATIENCE).until(() -> said(tenant).size() == 2);
    assertThat(
            registry.column(
                "select kind || ' ' || device from change where tenant = '"
                    + tenant
                    + "' order by device"))
        .containsExactly("device.created pump-17", "device.created pump-18");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                scene.items(tenant, "/api/v1/audit?action=uploadDeviceImport").stream()
                    .anyMatch(
                        entry ->
                            entry
                                .getString("target")
                                .equals(
                                    path + "?rows=2&created=2&updated=0&unchanged=0&failed=0")));
  }

  @Test
  void givesAnImportedDeviceATokenLaterAndDeletesIt() {
    // Given
    String tenant = tenant("token-later");
    scene.take(tenant, "ndjson", "create", "{\"id\":\"one\"}");

    // When
    HttpResponse<Buffer> issued =
        registry.requestIn(
            tenant, HttpMethod.POST, "/api/v1/devices/one/credentials", new JsonObject());
    HttpResponse<Buffer> deleted =
        registry.requestIn(tenant, HttpMethod.DELETE, "/api/v1/devices/one", new JsonObject());

    // Then
    assertThat(json(issued).getString("token")).isNotEmpty();
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(
            registry.column(
                "select device_id from presence where tenant = '"
                    + tenant
                    + "' union all"
                    + " select device_id from reported where tenant = '"
                    + tenant
                    + "' union all"
                    + " select device_id from telemetry_latest where tenant = '"
                    + tenant
                    + "'"))
        .isEmpty();
  }

  @Test
  void deletesADeviceThatNeverHadAToken() {
    // Given
    String tenant = tenant("never-a-token");
    scene.take(tenant, "ndjson", "create", "{\"id\":\"one\"}");

    // When
    HttpResponse<Buffer> deleted =
        registry.requestIn(tenant, HttpMethod.DELETE, "/api/v1/devices/one", new JsonObject());

    // Then
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(scene.devices(tenant)).isZero();
  }

  @Test
  void changesInAnUpsertWhatIsThereAndMakesWhatIsNot() {
    // Given
    String tenant = tenant("upserts");
    scene.take(tenant, "csv", "create", HEADER + "a,A,pump,north,1,2\nb,B,pump,north,,\n");

    // When
    JsonObject done =
        scene.take(
            tenant, "csv", "upsert", "id,name,tag:site,tag:hall\na,A,,3\nb,B,north,\nc,C,,\n");

    // Then
    assertThat(done.getLong("updated")).isEqualTo(1);
    assertThat(done.getLong("unchanged")).isEqualTo(1);
    assertThat(done.getLong("created")).isEqualTo(1);
    assertThat(device(tenant, "a").getJsonObject("tags"))
        .isEqualTo(new JsonObject().put("hall", "3"));
    assertThat(device(tenant, "a").getString("type")).isEqualTo("pump");
    assertThat(device(tenant, "a").getJsonObject("location")).isNotNull();
  }

  @Test
  void tellsOfEachRowThatCannotBeTaken() {
    // Given
    String tenant = tenant("errors");
    scene.take(tenant, "csv", "create", "id\nthere\n");
    String path = scene.begin(tenant, "csv", "create");

    // When
    scene.upload(tenant, path, "id,name\nthere,x\nfine,x\nbad id,x\nshort\nfine,again\n", Map.of());

    // Then
    List<JsonObject> errors = scene.items(tenant, path + "/errors");
    assertThat(errors)
        .extracting(error -> error.getLong("line") + " " + error.getString("code"))
        .containsExactly(
            "2 device-exists", "4 validation-failed", "5 validation-failed", "6 device-exists");
    assertThat(errors.getFirst().getString("deviceId")).isEqualTo("there");
    JsonObject done = json(scene.get(tenant, path));
    assertThat(done.getLong("failed")).isEqualTo(4);
    assertThat(done.getLong("created")).isEqualTo(1);
    JsonObject page = json(scene.get(tenant, path + "/errors?limit=3"));
    assertThat(page.getJsonArray("items")).hasSize(3);
    assertThat(scene.items(tenant, path + "/errors?limit=3&cursor=" + page.getString("next")))
        .hasSize(1);
  }

  @Test
  void refusesAHeaderThatIsNoneAndTakesNothing() {
    // Given
    String tenant = tenant("header");
    String path = scene.begin(tenant, "csv", "create");

    // When
    HttpResponse<Buffer> answer = scene.upload(tenant, path, "id,nmae\na,b\n", Map.of());

    // Then
    assertThat(problem(answer)).isEqualTo("400 validation-failed");
    assertThat(json(scene.get(tenant, path)).getLong("offset")).isZero();
    assertThat(json(scene.upload(tenant, path, "id,name\na,b\n", Map.of())).getLong("created"))
        .isEqualTo(1);
  }

  @Test
  void goesOnWhereItWasTold() {
    // Given
    String tenant = tenant("goes-on");
    String path = scene.begin(tenant, "csv", "create");
    String body = HEADER + rows(0, 10);
    int cut = body.length() - 5;

    // When
    JsonObject half =
        json(scene.upload(tenant, path, body.substring(0, cut), Map.of("Upload-Complete", "?0")));
    HttpResponse<Buffer> elsewhere = scene.upload(tenant, path, body, Map.of());
    JsonObject whole =
        json(
            scene.upload(
                tenant,
                path,
                body.substring(half.getInteger("offset")),
                Map.of("Upload-Offset", half.getLong("offset").toString())));

    // Then
    assertThat(half.getString("state")).isEqualTo("open");
    assertThat(half.getLong("created")).isEqualTo(9);
    assertThat(problem(elsewhere)).isEqualTo("409 offset-mismatch");
    assertThat(json(elsewhere).getLong("offset")).isEqualTo(half.getLong("offset"));
    assertThat(whole.getString("state")).isEqualTo("done");
    assertThat(whole.getLong("created")).isEqualTo(10);
    assertThat(whole.getLong("offset")).isEqualTo(body.length());
    assertThat(problem(scene.upload(tenant, path, body, Map.of()))).isEqualTo("409 bulk-job-final");
  }

  @Test
  void losesNoRowAndTakesNoneTwiceWhenTheConnectionBreaksInARow() throws IOException {
    // Given
    String tenant = tenant("cut");
    String path = scene.begin(tenant, "csv", "create");
    String body = HEADER + rows(0, 5_000);
    int cut = body.indexOf("d-003456") + 11;

    // When
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          """
              PUT %s/content HTTP/1.1
              Host: localhost
              Authorization: Bearer %s
              Fairlead-Tenant: %s
              Content-Type: text/csv
              Content-Length: %d

              """
              .replace("\n", "\r\n")
              .formatted(path, RegistryFixture.ADMIN_KEY, tenant, body.length())
              .getBytes(StandardCharsets.US_ASCII));
      out.write(body.substring(0, cut).getBytes(StandardCharsets.UTF_8));
      out.flush();
      await()
          .atMost(PATIENCE)
          .until(() -> json(scene.get(tenant, path)).getLong("created") >= 1_999);
    }
    await().atMost(PATIENCE).until(() -> json(scene.get(tenant, path)).getLong("created") == 3_456);
    int offset = json(scene.get(tenant, path)).getInteger("offset");
    JsonObject whole =
        json(
            scene.upload(
                tenant,
                path,
                body.substring(offset),
                Map.of("Upload-Offset", Integer.toString(offset))));

    // Then
    assertThat(body.substring(offset)).startsWith("d-003456");
    assertThat(whole.getLong("created")).isEqualTo(5_000);
    assertThat(whole.getLong("failed")).isZero();
    assertThat(scene.devices(tenant)).isEqualTo(5_000);
  }

  @Test
  void goesOnAfterTheRegistryWasAway() {
    // Given
    RegistryFixture other = new RegistryFixture();
    BulkScene there = new BulkScene(other);
    String path = there.begin("default", "csv", "create");
    String body = HEADER + rows(0, 5_000);
    int cut = body.indexOf("d-002500");
    there.upload("default", path, body.substring(0, cut), Map.of("Upload-Complete", "?0"));
    other.stop();
    other.start(UnaryOperator.identity());

    // When
    int offset = json(there.get("default", path)).getInteger("offset");
    JsonObject whole =
        json(
            there.upload(
                "default",
                path,
                body.substring(offset),
                Map.of("Upload-Offset", Integer.toString(offset))));

    // Then
    assertThat(offset).isEqualTo(cut);
    assertThat(whole.getLong("created")).isEqualTo(5_000);
    assertThat(there.devices("default")).isEqualTo(5_000);
    other.close();
  }

  @Test
  void takesFiftyThousandDevicesAndTheBusHearsOfEach() {
    // Given
    String tenant = tenant("many");
    registry.heard(Topic.DEVICES);

    // When
    JsonObject done = scene.take(tenant, "csv", "create", HEADER + rows(0, 50_000));

    // Then
    assertThat(done.getLong("created")).isEqualTo(50_000);
    assertThat(scene.devices(tenant)).isEqualTo(50_000);
    await()
        .atMost(PATIENCE)
        .until(() -> said(tenant).stream().map(DeviceChange::device).distinct().count() == 50_000);
  }

  @Test
  void makesNoMoreDevicesThanTheTenantMayHave() {
    // Given
    String tenant = tenant("quota");
    registry.request(
        HttpMethod.PATCH,
        "/api/v1/tenants/" + tenant,
        new JsonObject().put("limits", new JsonObject().put("devices", 5)));
    String path = scene.begin(tenant, "csv", "create");

    // When
    JsonObject done = json(scene.upload(tenant, path, HEADER + rows(0, 8), Map.of()));

    // Then
    assertThat(done.getLong("created")).isEqualTo(5);
    assertThat(scene.items(tenant, path + "/errors"))
        .extracting(error -> error.getString("code"))
        .containsExactly("quota-exceeded", "quota-exceeded", "quota-exceeded");
    assertThat(scene.devices(tenant)).isEqualTo(5);
  }

  @Test
  void stopsAtTheLimitInTheMiddleOfManyBatches() {
    // Given
    String tenant = tenant("quota-of-many");
    registry.request(
        HttpMethod.PATCH,
        "/api/v1/tenants/" + tenant,
        new JsonObject().put("limits", new JsonObject().put("devices", 7_000)));

    // When
    JsonObject done = scene.take(tenant, "csv", "create", HEADER + rows(0, 12_000));

    // Then
    assertThat(done.getLong("created")).isEqualTo(7_000);
    assertThat(done.getLong("failed")).isEqualTo(5_000);
    assertThat(scene.devices(tenant)).isEqualTo(7_000);
  }

  @Test
  void refusesADeviceThatAnotherBatchOfTheFileMakes() {
    // Given
    String tenant = tenant("repeats");
    String body = HEADER + rows(0, 3_000) + rows(0, 3_000) + rows(3_000, 9_000);

    // When
    JsonObject done = scene.take(tenant, "csv", "create", body);

    // Then
    assertThat(done.getLong("rows")).isEqualTo(12_000);
    assertThat(done.getLong("created")).isEqualTo(9_000);
    assertThat(done.getLong("failed")).isEqualTo(3_000);
    JsonObject job = scene.items(tenant, BulkScene.IMPORTS).getFirst();
    JsonObject first =
        scene.items(tenant, BulkScene.IMPORTS + "/" + job.getString("id") + "/errors").getFirst();
    assertThat(first.getLong("line")).isEqualTo(3_002);
    assertThat(first.getString("code")).isEqualTo("device-exists");
  }

  @Test
  void makesEachDeviceOnceWhenTwoImportsBringThemInOppositeOrder() {
    // Given
    String tenant = tenant("crosswise");
    StringBuilder backwards = new StringBuilder(HEADER);
    for (int from = 18_000; from >= 0; from -= 2_000) {
      backwards.append(rows(from, from + 2_000));
    }

    // When
    CompletableFuture<JsonObject> one =
        CompletableFuture.supplyAsync(
            () -> scene.take(tenant, "csv", "create", HEADER + rows(0, 20_000)));
    JsonObject other = scene.take(tenant, "csv", "create", backwards.toString());

    // Then
    assertThat(other.getLong("created") + one.join().getLong("created")).isEqualTo(20_000);
    assertThat(other.getLong("failed") + one.join().getLong("failed")).isEqualTo(20_000);
    assertThat(scene.devices(tenant)).isEqualTo(20_000);
    assertThat(registry.column("select count(*)::text from change where tenant = '" + tenant + "'"))
        .containsExactly("20000");
  }

  @Test
  void showsAnImportToItsTenantOnly() {
    // Given
    String tenant = tenant("isolated");
    String other = tenant("others");
    String path = scene.begin(tenant, "csv", "create");

    // When
    HttpResponse<Buffer> seen = scene.get(other, path);
    HttpResponse<Buffer> sent = scene.upload(other, path, "id\na\n", Map.of());

    // Then
    assertThat(problem(seen)).isEqualTo("404 bulk-job-not-found");
    assertThat(problem(sent)).isEqualTo("404 bulk-job-not-found");
    assertThat(scene.items(other, BulkScene.IMPORTS)).isEmpty();
    assertThat(scene.items(tenant, BulkScene.IMPORTS)).hasSize(1);
  }

  @Test
  void cancelsAnImport() {
    // Given
    String tenant = tenant("cancels");
    String path = scene.begin(tenant, "csv", "create");

    // When
    HttpResponse<Buffer> cancelled =
        registry.requestIn(tenant, HttpMethod.POST, path + "/cancel", new JsonObject());

    // Then
    assertThat(json(cancelled).getString("state")).isEqualTo("cancelled");
    assertThat(problem(scene.upload(tenant, path, "id\na\n", Map.of())))
        .isEqualTo("409 bulk-job-final");
    assertThat(scene.devices(tenant)).isZero();
  }

  @Test
  void refusesAnImportThatIsTooLong() {
    // Given
    RegistryFixture other =
        new RegistryFixture(config -> config.withBulk(new BulkSettings(Duration.ofDays(7), 1024)));
    BulkScene there = new BulkScene(other);
    String path = there.begin("default", "csv", "create");

    // When
    HttpResponse<Buffer> answer = there.upload("default", path, HEADER + rows(0, 50), Map.of());

    // Then
    assertThat(problem(answer)).isEqualTo("413 payload-too-large");
    assertThat(json(answer).getLong("limit")).isEqualTo(1024);
    other.close();
  }

  @Test
  void asksForAMediaTypeThatItKnows() {
    // Given
    String tenant = tenant("media");
    String path = scene.begin(tenant, "csv", "create");

    // When
    HttpResponse<Buffer> answer =
        scene.upload(tenant, path, "id\na\n", Map.of("Content-Type", "text/plain"));

    // Then
    assertThat(problem(answer)).isEqualTo("415 unsupported-media-type");
  }
}
