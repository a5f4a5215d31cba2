package dev.fairlead.command.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.TypeChange;
import dev.fairlead.bus.message.TypeChange.Defined;
import dev.fairlead.bus.message.TypeChange.Deleted;
import dev.fairlead.bus.schema.JsonSchema;
import dev.fairlead.bus.schema.SchemaCache;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Types of devices, as `fairlead.devices` tells of them: what they ask of the bodies of commands.
/// Of the rest of their schemas nothing is kept.
public final class PgTypes {

  private static final String COMMANDS = "commands";
  private static final String NOTHING = "{}";

  private final SchemaCache cache;

  /// @param cache of schemas that are ready
  public PgTypes(SchemaCache cache) {
    this.cache = cache;
  }

  /// Writes down what is told of a type. Records of one type come in their order.
  Future<Void> apply(SqlConnection transaction, TypeChange change) {
    return switch (change) {
      case Defined defined ->
          transaction
              .preparedQuery(
                  """
                  insert into device_type (tenant, type, revision, schemas) values ($1, $2, $3, $4)
                  on conflict (tenant, type) do update
                  set revision = excluded.revision, schemas = excluded.schemas
                  """)
              .execute(
                  Tuple.of(
                      defined.tenant().value(),
                      defined.type(),
                      defined.revision(),
                      ofCommands(defined.schemas())))
              .mapEmpty();
      case Deleted deleted ->
          transaction
              .preparedQuery("delete from device_type where tenant = $1 and type = $2")
              .execute(Tuple.of(deleted.tenant().value(), deleted.type()))
              .mapEmpty();
    };
  }

  /// The schema for commands of a kind to a device.
  ///
  /// @return empty where its type has none, or where nothing is known of the type yet
  public Future<Optional<JsonSchema>> schema(
      SqlConnection transaction, DeviceKey device, String kind) {
    return transaction
        .preparedQuery(
            """
            select t.type, t.revision
            from device d
            join device_type t on t.tenant = d.tenant and t.type = d.type
            where d.tenant = $1 and d.device_id = $2
            """)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.succeededFuture(TypeSchemas.NONE)
                    : ready(transaction, key(device.tenant(), rows.iterator().next())))
        .map(type -> type.command(kind));
  }

  private Future<TypeSchemas> ready(SqlConnection transaction, SchemaCache.Key key) {
    Optional<TypeSchemas> known = cache.get(key);
    if (known.isPresent()) {
      return Future.succeededFuture(known.get());
    }
    return transaction
        .preparedQuery(
            "select type, revision, schemas from device_type where tenant = $1 and type = $2")
        .execute(Tuple.of(key.tenant().value(), key.type()))
        .map(
            rows -> {
              @Nullable Row row = rows.size() == 0 ? null : rows.iterator().next();
              return row == null
                  ? TypeSchemas.NONE
                  : cache.put(key(key.tenant(), row), row.getString("schemas"));
            });
  }

  private static SchemaCache.Key key(TenantId tenant, Row row) {
    return new SchemaCache.Key(tenant, row.getString("type"), row.getLong("revision"));
  }

  private static String ofCommands(String schemas) {
    ObjectNode kept = Json.mapper().createObjectNode();
    try {
      JsonNode all = Json.mapper().readTree(schemas);
      if (all.has(COMMANDS)) {
        kept.set(COMMANDS, all.path(COMMANDS));
      }
    } catch (JsonProcessingException e) {
      // Deeper than any that the registry takes; nothing is asked then, and the topic goes on.
      return NOTHING;
    }
    return kept.toString();
  }
}
