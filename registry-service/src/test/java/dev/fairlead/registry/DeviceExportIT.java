package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceExportIT {

  private static final String EXPORT = "/api/v1/device-export";

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

  private static String export(String tenant, String query) {
    return text(scene.get(tenant, EXPORT + query));
  }

  private static String text(HttpResponse<Buffer> answer) {
    return Objects.requireNonNullElse(answer.bodyAsString(), "");
  }

  private static String quirks(String tenant) {
    registry.createTenant(tenant);
    scene.take(
        tenant,
        "ndjson",
        "create",
        """
        {"id":"a","name":" edges ","type":"x,y","tags":{"k \\"q\\"":"v,;'"}}
        {"id":"b","location":{"latitude":-0.000012,"longitude":179.9999}}
        {"id":"c","name":"Ünïcödé 🚢","tags":{"empty":""}}
        """);
    return tenant;
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "ndjson"})
  void givesWhatAnImportTakes(String format) {
    // Given
    String from = quirks("from-" + format);
    registry.createTenant("to-" + format);

    // When
    String exported = export(from, "?format=" + format);
    JsonObject done = scene.take("to-" + format, format, "create", exported);

    // Then
    assertThat(done.getLong("created")).isEqualTo(3);
    assertThat(done.getLong("failed")).isZero();
    assertThat(export("to-" + format, "?format=ndjson")).isEqualTo(export(from, "?format=ndjson"));
  }

  @Test
  void writesCsvWithAHeader() {
    // Given
    registry.createTenant("csv");
    scene.take(
        "csv",
        "ndjson",
        "create",
        "{\"id\":\"pump-17\",\"name\":\"Pump 17\",\"type\":\"pump\",\"tags\":{\"site\":\"north\"},"
            + "\"location\":{\"latitude\":53.5438,\"longitude\":9.9661}}");

    // Then
    assertThat(export("csv", "?format=csv"))
        .isEqualTo(
            """
            id,name,type,latitude,longitude,tags
            pump-17,Pump 17,pump,53.5438,9.9661,"{""site"":""north""}"
            """
                .replace("\n", "\r\n"));
    assertThat(scene.get("csv", EXPORT + "?format=csv").getHeader("Content-Type"))
        .isEqualTo("text/csv");
  }

  @Test
  void givesAllOfMoreDevicesThanItReadsAtOnce() {
    // Given
    registry.createTenant("many");
    scene.take(
        "many",
        "csv",
        "create",
        IntStream.range(0, 4_500)
            .mapToObj("d-%05d\n"::formatted)
            .collect(Collectors.joining("", "id\n", "")));

    // When
    String all = export("many", "");
    String rest = export("many", "?after=d-03999");

    // Then
    assertThat(all.lines()).hasSize(4_500).doesNotHaveDuplicates().isSorted();
    assertThat(rest.lines()).hasSize(500).first().isEqualTo("{\"id\":\"d-04000\"}");
    assertThat(export("many", "?filter=id%20%3D%20d-04321").lines())
        .containsExactly("{\"id\":\"d-04321\"}");
    assertThat(export("many", "?filter=id%20%3D%20nobody")).isEmpty();
  }

  @Test
  void keepsAKeyForAGroupToItsDevices() {
    // Given
    scene.take("default", "csv", "create", "id\nin\nout\n");
    registry.request(
        HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "night").put("name", "N"));
    registry.request(
        HttpMethod.POST,
        "/api/v1/groups/night/devices",
        new JsonObject().put("add", new JsonArray().add("in")));
    String key =
        json(registry.request(
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject().put("name", "k").put("role", "viewer").put("group", "night")))
            .getString("key");

    // When
    String seen = text(registry.request(HttpMethod.GET, EXPORT, Map.of(), Buffer.buffer(), key));

    // Then
    assertThat(seen).isEqualTo("{\"id\":\"in\"}\n");
  }
}
