package dev.fairlead.command.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.TypeChange;
import dev.fairlead.bus.message.TypeChange.Defined;
import dev.fairlead.bus.message.TypeChange.Deleted;
import dev.fairlead.bus.schema.SchemaCache;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /// The schemas of types, those that are there.
  ///
  /// @param types as they were found with their devices
  public Future<Map<SchemaCache.Key, TypeSchemas>> schemas(
      SqlConnection transaction, Set<SchemaCache.Key> types) {
    Map<SchemaCache.Key, TypeSchemas> schemas = HashMap.newHashMap(types.size());
    Future<?> ready = Future.succeededFuture();
    for (SchemaCache.Key type : types) {
      ready =
          ready.compose(_ -> ready(transaction, type)).onSuccess(found -> schemas.put(type, found));
    }
    return ready.map(schemas);
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

  /// The type in the columns `type` and `revision`.
  public static SchemaCache.Key key(TenantId tenant, Row row) {
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
