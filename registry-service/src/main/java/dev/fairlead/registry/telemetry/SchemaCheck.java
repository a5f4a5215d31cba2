package dev.fairlead.registry.telemetry;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.registry.devicetype.PgTypeSchemas;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.util.Collection;
import java.util.Collections;
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
  /// @return for each message, in their order; nothing for those that are right
  Future<List<List<Violation>>> violations(
      SqlClient client, Collection<DeviceKey> devices, List<Measurements> messages) {
    List<List<Violation>> none = Collections.nCopies(messages.size(), List.of());
    if (devices.isEmpty()) {
      return Future.succeededFuture(none);
    }
    return schemas
        .of(client, devices, PgTypeSchemas.Part.TELEMETRY)
        .compose(
            types ->
                types.isEmpty()
                    ? Future.succeededFuture(none)
                    : schemas.work(
                        () ->
                            messages.stream()
                                .map(measured -> violations(types, measured))
                                .toList()));
  }

  private static List<Violation> violations(
      Map<DeviceKey, TypeSchemas> types, Measurements measured) {
    TypeSchemas type = types.get(measured.device());
    return type == null || !measured.readable()
        ? List.of()
        : TypeSchemas.check(type.telemetry(), measured.values());
  }
}
