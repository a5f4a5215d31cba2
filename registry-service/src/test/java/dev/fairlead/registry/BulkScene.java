package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the tests of imports, exports and patches do.
record BulkScene(RegistryFixture registry) {

  static final String IMPORTS = "/api/v1/device-imports";
  static final String PATCHES = "/api/v1/device-patches";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// Begins an import and tells its path.
  String begin(String tenant, String format, String mode) {
    return json(registry.requestIn(
            tenant,
            HttpMethod.POST,
            IMPORTS,
            new JsonObject().put("format", format).put("mode", mode)))
        .getString("id")
        .transform(id -> IMPORTS + "/" + id);
  }

  HttpResponse<Buffer> upload(String tenant, String path, String body, Map<String, String> more) {
    Map<String, String> headers = new TreeMap<>(more);
    headers.put("Fairlead-Tenant", tenant);
    headers.putIfAbsent("Content-Type", "text/csv");
    return registry.request(
        HttpMethod.PUT, path + "/content", headers, Buffer.buffer(body), RegistryFixture.ADMIN_KEY);
  }

  /// Takes devices in, and tells how the import stands at its end.
  JsonObject take(String tenant, String format, String mode, String body) {
    String path = begin(tenant, format, mode);
    return json(upload(tenant, path, body, Map.of()));
  }

  HttpResponse<Buffer> get(String tenant, String path) {
    return registry.request(
        HttpMethod.GET,
        path,
        Map.of("Fairlead-Tenant", tenant),
        Buffer.buffer(),
        RegistryFixture.ADMIN_KEY);
  }

  List<JsonObject> items(String tenant, String path) {
    return json(get(tenant, path)).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  /// Begins a patch, waits for its end, and tells how it stands.
  JsonObject patch(String tenant, JsonObject body) {
    String id = json(registry.requestIn(tenant, HttpMethod.POST, PATCHES, body)).getString("id");
    await()
        .atMost(PATIENCE)
        .until(() -> !json(get(tenant, PATCHES + "/" + id)).getString("state").equals("open"));
    return json(get(tenant, PATCHES + "/" + id));
  }

  long devices(String tenant) {
    return Long.parseLong(
        registry
            .column("select count(*)::text from device where tenant = '" + tenant + "'")
            .getFirst());
  }
}
