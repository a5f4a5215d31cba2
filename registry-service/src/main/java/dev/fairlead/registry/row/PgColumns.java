package dev.fairlead.registry.row;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keys, epochs and times as columns and parameters.
public final class PgColumns {

  /// The order in which every writer locks rows of devices, so that no two wait for each other
  /// crosswise.
  public static final Comparator<DeviceKey> LOCK_ORDER =
      Comparator.comparing((DeviceKey key) -> key.tenant().value())
          .thenComparing(key -> key.device().value());

  private PgColumns() {}

  /// Two parameters, the tenants and the ids, for `unnest($1::text[], $2::text[])`.
  public static Tuple keys(Collection<DeviceKey> keys) {
    List<DeviceKey> sorted = keys.stream().sorted(LOCK_ORDER).toList();
    return Tuple.tuple()
        .addArrayOfString(sorted.stream().map(key -> key.tenant().value()).toArray(String[]::new))
        .addArrayOfString(sorted.stream().map(key -> key.device().value()).toArray(String[]::new));
  }

  /// The key in the columns `tenant` and `device_id`.
  public static DeviceKey key(Row row) {
    return DeviceKey.of(row.getString("tenant"), row.getString("device_id"));
  }

  /// An epoch in the columns `<name>_generation` and `<name>_offset`.
  public static Optional<Epoch> epoch(Row row, String name) {
    @Nullable Long generation = row.getLong(name + "_generation");
    @Nullable Long offset = row.getLong(name + "_offset");
    return generation == null || offset == null
        ? Optional.empty()
        : Optional.of(new Epoch(generation, offset));
  }

  /// A text that may be null.
  public static Optional<String> text(Row row, String column) {
    return Optional.ofNullable(row.getString(column));
  }

  /// A time that may be null.
  public static Optional<Instant> time(Row row, String column) {
    return Optional.ofNullable(row.getOffsetDateTime(column)).map(OffsetDateTime::toInstant);
  }

  /// A time as a parameter.
  public static OffsetDateTime parameter(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }
}
