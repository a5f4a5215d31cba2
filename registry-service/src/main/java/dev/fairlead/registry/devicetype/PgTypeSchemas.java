package dev.fairlead.registry.devicetype;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.schema.SchemaCache;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.registry.row.PgColumns;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;

/// Which schemas are for which devices now, as of the transaction that asks, if one does.
public final class PgTypeSchemas {

  private final Vertx vertx;
  private final SchemaCache cache;

  /// What of a device is checked.
  public enum Part {
    TELEMETRY("telemetry"),
    REPORTED("reported"),
    DESIRED("desired");

    private final String word;

    Part(String word) {
      this.word = word;
    }

    /// The member of the document of a type's schemas.
    public String word() {
      return word;
    }
  }

  /// A type of a tenant.
  private record TypeKey(TenantId tenant, String type) {}

  /// @param meters where schemas that are not understood are counted, `registry.schema.broken`
  public PgTypeSchemas(Vertx vertx, MeterRegistry meters) {
    this.vertx = vertx;
    this.cache = new SchemaCache(meters.counter("registry.schema.broken"));
  }

  /// The schemas for some devices.
  ///
  /// @param part that one must be for
  /// @return without devices whose type has none
  public Future<Map<DeviceKey, TypeSchemas>> of(
      SqlClient client, Collection<DeviceKey> devices, Part part) {
    Tuple keys = PgColumns.keys(devices);
    return client
        .preparedQuery(
            """
            select device.tenant, device.id as device_id, device_type_definition.type, device_type_definition.revision
            from device
            join unnest($1::text[], $2::text[]) as wanted (tenant, id) using (tenant, id)
            join device_type_definition
              on device_type_definition.tenant = device.tenant
              and device_type_definition.type = device.type collate "C"
            where $3 = any(device_type_definition.parts)
            """)
        .execute(keys.addString(part.word()))
        .compose(
            rows -> {
              Map<DeviceKey, SchemaCache.Key> wanted = HashMap.newHashMap(rows.size());
              rows.forEach(row -> wanted.put(PgColumns.key(row), cacheKey(row)));
              return ready(client, wanted);
            });
  }

  /// Does on a worker what may take some milliseconds for each of a batch's documents, and goes on
  /// where it was called. The workers are those of Vert.x, whose number is bounded.
  public <T> Future<T> work(Callable<T> work) {
    return vertx.executeBlocking(work, false).map(Objects::requireNonNull);
  }

  private Future<Map<DeviceKey, TypeSchemas>> ready(
      SqlClient client, Map<DeviceKey, SchemaCache.Key> wanted) {
    Map<TypeKey, TypeSchemas> found = new HashMap<>();
    Set<TypeKey> missing = new LinkedHashSet<>();
    for (SchemaCache.Key key : wanted.values()) {
      TypeKey type = new TypeKey(key.tenant(), key.type());
      cache.get(key).ifPresentOrElse(known -> found.put(type, known), () -> missing.add(type));
    }
    return missing.isEmpty()
        ? Future.succeededFuture(byDevice(wanted, found))
        : load(client, List.copyOf(missing))
            .compose(
                texts ->
                    work(
                        () -> {
                          texts.forEach(
                              (key, text) ->
                                  found.put(
                                      new TypeKey(key.tenant(), key.type()), cache.put(key, text)));
                          return byDevice(wanted, found);
                        }));
  }

  private static Future<Map<SchemaCache.Key, String>> load(SqlClient client, List<TypeKey> types) {
    return client
        .preparedQuery(
            """
            select tenant, type, revision, schemas::text as schemas
            from device_type_definition
            join unnest($1::text[], $2::text[]) as wanted (tenant, type) using (tenant, type)
            """)
        .execute(
            Tuple.tuple()
                .addArrayOfString(
                    types.stream().map(type -> type.tenant().value()).toArray(String[]::new))
                .addArrayOfString(types.stream().map(TypeKey::type).toArray(String[]::new)))
        .map(
            rows -> {
              Map<SchemaCache.Key, String> texts = HashMap.newHashMap(rows.size());
              rows.forEach(row -> texts.put(cacheKey(row), row.getString("schemas")));
              return texts;
            });
  }

  /// One that was deleted since it was asked for is left out.
  private static Map<DeviceKey, TypeSchemas> byDevice(
      Map<DeviceKey, SchemaCache.Key> wanted, Map<TypeKey, TypeSchemas> found) {
    Map<DeviceKey, TypeSchemas> schemas = HashMap.newHashMap(wanted.size());
    wanted.forEach(
        (device, key) -> {
          TypeKey type = new TypeKey(key.tenant(), key.type());
          if (found.containsKey(type)) {
            schemas.put(device, Objects.requireNonNull(found.get(type)));
          }
        });
    return schemas;
  }

  private static SchemaCache.Key cacheKey(Row row) {
    return new SchemaCache.Key(
        new TenantId(row.getString("tenant")), row.getString("type"), row.getLong("revision"));
  }
}
