package dev.fairlead.registry.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.postgres.Received;
import dev.fairlead.bus.schema.JsonSchema;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.registry.devicetype.PgTypeSchemas;
import dev.fairlead.registry.reject.PgRejects;
import dev.fairlead.registry.reject.RejectSort;
import dev.fairlead.registry.reject.Rejects;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.rule.PgRuleStates;
import dev.fairlead.runtime.http.Json;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Keeps the latest values of each device, in one row that a batch writes at most once.
public final class PgTelemetry implements PgConsumer.Use<Measurements> {

  private static final String CONSUMER = "registry-telemetry";

  private final PgRuleStates rules = new PgRuleStates();
  private final PgTypeSchemas schemas;
  private final PgRejects rejects;
  private final PgOutbox outbox;
  private final AtomicBoolean told = new AtomicBoolean();
  private final Counter unreadable;
  private final Counter refused;
  private final Counter unknown;

  private PgTelemetry(PgTypeSchemas schemas, PgOutbox outbox, MeterRegistry meters) {
    this.schemas = schemas;
    this.rejects = new PgRejects(RejectSort.TELEMETRY, meters);
    this.outbox = outbox;
    this.unreadable = meters.counter("registry.telemetry.unreadable");
    this.refused = meters.counter("registry.telemetry.values.refused");
    this.unknown = meters.counter("registry.telemetry.unknown.device");
  }

  /// The way from the topic into the table. Counted are records whose body is no JSON object
  /// (`registry.telemetry.unreadable`), values that are not shown
  /// (`registry.telemetry.values.refused`) and records of devices that do not exist
  /// (`registry.telemetry.unknown.device`).
  ///
  /// @param schemas that records must keep to
  /// @param outbox wakes the readers of the feed
  public static Feed feed(
      Pool pool,
      DeadLetters deadLetters,
      PgTypeSchemas schemas,
      PgOutbox outbox,
      MeterRegistry meters) {
    PgOffsets offsets = new PgOffsets(pool, CONSUMER, PgOffsets.LogRestartHandler.IGNORED);
    return new Feed(
        CONSUMER,
        Topic.TELEMETRY,
        offsets,
        new PgConsumer<>(
            pool,
            offsets,
            CONSUMER,
            Measurements::decode,
            new PgTelemetry(schemas, outbox, meters),
            deadLetters));
  }

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<Measurements>> messages) {
    Set<DeviceKey> devices =
        messages.stream()
            .map(received -> received.message().device())
            .collect(Collectors.toUnmodifiableSet());
    return lock(transaction, devices)
        .compose(before -> fold(transaction, before, messages))
        .compose(
            folded ->
                write(transaction, folded.changed())
                    .compose(nothing -> rejects.write(transaction, folded.refused()))
                    .onSuccess(some -> told.compareAndSet(false, some))
                    .compose(some -> rules.measured(transaction, folded.samples())));
  }

  @Override
  public void committed(List<Received<Measurements>> messages) {
    if (told.getAndSet(false)) {
      outbox.poke();
    }
  }

  /// What a batch leads to.
  private record Folded(
      Map<DeviceKey, LatestValues> before,
      Map<DeviceKey, LatestValues> after,
      List<PgRuleStates.Sample> samples,
      Rejects refused) {

    Map<DeviceKey, LatestValues> changed() {
      Map<DeviceKey, LatestValues> changed = new HashMap<>(after);
      changed.entrySet().removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
      return changed;
    }
  }

  private Future<Folded> fold(
      SqlConnection transaction,
      Map<DeviceKey, LatestValues> before,
      List<Received<Measurements>> messages) {
    Folded folded =
        new Folded(before, new HashMap<>(before), new ArrayList<>(messages.size()), new Rejects());
    return schemas
        .of(transaction, before.keySet(), PgTypeSchemas.Part.TELEMETRY)
        .compose(
            types ->
                types.isEmpty()
                    ? Future.succeededFuture(fold(folded, types, messages))
                    : schemas.work(() -> fold(folded, types, messages)));
  }

  private Folded fold(
      Folded folded, Map<DeviceKey, TypeSchemas> types, List<Received<Measurements>> messages) {
    messages.forEach(
        received ->
            fold(
                folded,
                Optional.ofNullable(types.get(received.message().device()))
                    .flatMap(TypeSchemas::telemetry),
                received.message()));
    return folded;
  }

  private void fold(Folded folded, Optional<JsonSchema> schema, Measurements measured) {
    @Nullable LatestValues before = folded.after().get(measured.device());
    if (!measured.readable()) {
      unreadable.increment();
    } else if (before == null) {
      unknown.increment();
    } else {
      boolean late = before.isLate(measured);
      List<Violation> errors = late ? List.of() : TypeSchemas.check(schema, measured.values());
      if (!errors.isEmpty()) {
        folded.refused().add(measured.device(), measured.takenAt(), measured.values(), errors);
        return;
      }
      LatestValues.Step step = before.after(measured);
      refused.increment(step.refused());
      folded.after().put(measured.device(), step.after());
      if (!late) {
        folded
            .samples()
            .add(new PgRuleStates.Sample(measured.device(), measured.takenAt(), measured.values()));
      }
    }
  }

  private static Future<Map<DeviceKey, LatestValues>> lock(
      SqlConnection transaction, Set<DeviceKey> devices) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id, metrics::text as metrics,
                   epoch_generation, epoch_offset, as_of
            from telemetry_latest
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              using (tenant, device_id)
            order by tenant, device_id
            for update of telemetry_latest
            """)
        .execute(PgColumns.keys(devices))
        .map(
            rows -> {
              Map<DeviceKey, LatestValues> found = new HashMap<>();
              rows.forEach(row -> found.put(PgColumns.key(row), values(row)));
              return found;
            });
  }

  private static Future<Void> write(
      SqlConnection transaction, Map<DeviceKey, LatestValues> changed) {
    if (changed.isEmpty()) {
      return Future.succeededFuture();
    }
    List<Tuple> rows =
        changed.entrySet().stream().map(entry -> tuple(entry.getKey(), entry.getValue())).toList();
    return transaction
        .preparedQuery(
            """
            update telemetry_latest
            set metrics = $3::text::jsonb, epoch_generation = $4, epoch_offset = $5, as_of = $6
            where tenant = $1 and device_id = $2
            """)
        .executeBatch(rows)
        .mapEmpty();
  }

  private static LatestValues values(Row row) {
    return new LatestValues(
        Json.read(row.getString("metrics").getBytes(StandardCharsets.UTF_8), ObjectNode.class),
        PgColumns.epoch(row, "epoch"),
        PgColumns.time(row, "as_of"));
  }

  private static Tuple tuple(DeviceKey device, LatestValues values) {
    return Tuple.of(
        device.tenant().value(),
        device.device().value(),
        values.metrics().toString(),
        values.epoch().map(Epoch::generation).orElse(null),
        values.epoch().map(Epoch::offset).orElse(null),
        values.asOf().map(PgColumns::parameter).orElse(null));
  }
}
