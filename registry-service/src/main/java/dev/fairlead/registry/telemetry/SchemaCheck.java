package dev.fairlead.registry.telemetry;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.registry.devicetype.PgTypeSchemas;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Compares measurements with the schemas of their devices' types.
final class SchemaCheck {

  private final PgTypeSchemas schemas;

  SchemaCheck(PgTypeSchemas schemas) {
    this.schemas = schemas;
  }

  /// What is wrong with measurements.
  ///
  /// @param devices those that are looked at
  /// @return without those that nothing is wrong with; by the very objects
  Future<Map<Measurements, List<Violation>>> violations(
      SqlClient client, Collection<DeviceKey> devices, List<Measurements> messages) {
    if (devices.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    return schemas
        .of(client, devices, PgTypeSchemas.Part.TELEMETRY)
        .compose(
            types ->
                types.isEmpty()
                    ? Future.succeededFuture(Map.of())
                    : schemas.work(() -> violations(types, messages)));
  }

  private static Map<Measurements, List<Violation>> violations(
      Map<DeviceKey, TypeSchemas> types, List<Measurements> messages) {
    Map<Measurements, List<Violation>> found = new IdentityHashMap<>();
    for (Measurements measured : messages) {
      TypeSchemas type = types.get(measured.device());
      if (type != null && measured.readable()) {
        List<Violation> errors = TypeSchemas.check(type.telemetry(), measured.values());
        if (!errors.isEmpty()) {
          found.put(measured, errors);
        }
      }
    }
    return found;
  }
}
