package dev.fairlead.registry.reject;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.row.PgColumns;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// Writes down what is refused of one sort. The feed is told of the first of a device, and then at
/// most once an hour: a device that sends nothing right would fill it otherwise.
public final class PgRejects {

  private final RejectSort sort;
  private final String upsert;
  private final Counter counter;

  /// Counts what is refused (`registry.schema.rejected`, tagged with the sort).
  public PgRejects(RejectSort sort, MeterRegistry meters) {
    this.sort = sort;
    this.counter = meters.counter("registry.schema.rejected", "sort", sort.word());
    // Told are those whose count is the one that was told: it only ever grows.
    this.upsert =
        """
        insert into %1$s as known
          (tenant, device_id, count, first_at, last_at, told_at, told_count, errors, document, cut)
        select tenant, device_id, count, first_at, last_at, last_at, count, errors::jsonb,
          document, cut
        from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::timestamptz[],
            $6::text[], $7::text[], $8::boolean[])
          as given (tenant, device_id, count, first_at, last_at, errors, document, cut)
        where exists (
          select from device
          where device.tenant = given.tenant and device.id = given.device_id
        )
        order by tenant, device_id
        on conflict (tenant, device_id) do update
        set count = known.count + excluded.count,
          last_at = excluded.last_at,
          told_at = case when excluded.last_at >= known.told_at + interval '1 hour'
            then excluded.last_at else known.told_at end,
          told_count = case when excluded.last_at >= known.told_at + interval '1 hour'
            then known.count + excluded.count else known.told_count end,
          errors = excluded.errors, document = excluded.document, cut = excluded.cut
        returning tenant, device_id, count, last_at, told_count = count as told
        """
            .formatted(sort.table());
  }

  /// Writes rejects down; those of devices that are gone by now are passed over.
  ///
  /// @return whether the feed was told of some
  public Future<Boolean> write(SqlConnection transaction, Rejects rejects) {
    if (rejects.byDevice().isEmpty()) {
      return Future.succeededFuture(false);
    }
    Collection<Rejects.Reject> all = rejects.byDevice().values();
    counter.increment((double) all.stream().mapToLong(Rejects.Reject::count).sum());
    return transaction
        .preparedQuery(upsert)
        .execute(tuple(rejects.byDevice()))
        .compose(
            rows -> {
              List<Change> changes = new ArrayList<>();
              for (Row row : rows) {
                if (row.getBoolean("told")) {
                  changes.add(change(row, rejects));
                }
              }
              return PgChanges.append(transaction, changes).map(!changes.isEmpty());
            });
  }

  private Change change(Row row, Rejects rejects) {
    DeviceKey device = PgColumns.key(row);
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("sort", sort.word());
    data.put("count", row.getLong("count"));
    data.set("errors", errors(Objects.requireNonNull(rejects.byDevice().get(device)).errors()));
    return Change.of(
        device, ChangeKind.DEVICE_REJECTED, row.getOffsetDateTime("last_at").toInstant(), data);
  }

  private static Tuple tuple(Map<DeviceKey, Rejects.Reject> byDevice) {
    List<Map.Entry<DeviceKey, Rejects.Reject>> sorted =
        byDevice.entrySet().stream()
            .sorted(Map.Entry.comparingByKey(PgColumns.LOCK_ORDER))
            .toList();
    List<Rejects.Reject> rejects = sorted.stream().map(Map.Entry::getValue).toList();
    return PgColumns.keys(byDevice.keySet())
        .addArrayOfLong(rejects.stream().map(Rejects.Reject::count).toArray(Long[]::new))
        .addArrayOfOffsetDateTime(times(rejects, Rejects.Reject::firstAt))
        .addArrayOfOffsetDateTime(times(rejects, Rejects.Reject::lastAt))
        .addArrayOfString(
            rejects.stream().map(one -> errors(one.errors()).toString()).toArray(String[]::new))
        .addArrayOfString(rejects.stream().map(Rejects.Reject::document).toArray(String[]::new))
        .addArrayOfBoolean(rejects.stream().map(Rejects.Reject::cut).toArray(Boolean[]::new));
  }

  private static OffsetDateTime[] times(
      List<Rejects.Reject> rejects, Function<Rejects.Reject, Instant> time) {
    return rejects.stream()
        .map(one -> PgColumns.parameter(time.apply(one)))
        .toArray(OffsetDateTime[]::new);
  }

  private static ArrayNode errors(List<Violation> violations) {
    ArrayNode errors = JsonNodeFactory.instance.arrayNode();
    violations.forEach(
        one -> errors.addObject().put("pointer", one.pointer()).put("message", one.message()));
    return errors;
  }
}
