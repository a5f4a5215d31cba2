package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;

import dev.fairlead.bus.message.AuditMessage;
import dev.fairlead.runtime.audit.AuditEntry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;

/// Entries of the audit, written as services do, and read as admins do.
///
/// @param registry that takes and shows them
record AuditScene(RegistryFixture registry) {

  static final String AUDIT = "/api/v1/audit";

  HttpResponse<Buffer> in(String tenant, HttpMethod method, String path) {
    return registry.request(
        method,
        path,
        Map.of("Fairlead-Tenant", tenant),
        Buffer.buffer(),
        RegistryFixture.ADMIN_KEY);
  }

  List<JsonObject> entries(String tenant, String query) {
    return json(in(tenant, HttpMethod.GET, AUDIT + query)).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  List<JsonObject> awaitEntries(String tenant, String query, int count) {
    return Awaitility.await().until(() -> entries(tenant, query), found -> found.size() == count);
  }

  static AuditEntry entry(String tenant, int number) {
    return at(tenant, number, Instant.parse("2026-01-01T00:00:00.000001Z"));
  }

  static AuditEntry at(String tenant, int number, Instant at) {
    return new AuditEntry(
        UUID.nameUUIDFromBytes((tenant + number).getBytes(StandardCharsets.UTF_8)),
        at,
        tenant,
        "somebody",
        "operator",
        "sendCommand",
        "/api/v1/commands/" + number,
        "192.0.2.1",
        AuditEntry.SUCCEEDED,
        "command");
  }

  /// Has as many entries written that there are so many.
  void write(String tenant, int count) {
    for (int number = entries(tenant, "").size(); number < count; number++) {
      registry.send(AuditMessage.of(entry(tenant, number)).toRecord());
    }
    awaitEntries(tenant, "", count);
  }

  JsonObject verification(String tenant) {
    return json(in(tenant, HttpMethod.GET, AUDIT + "/verification"));
  }
}
