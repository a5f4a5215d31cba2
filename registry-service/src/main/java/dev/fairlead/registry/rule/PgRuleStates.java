package dev.fairlead.registry.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How devices stand to rules, as consumers write it: in the transaction that uses the records, so
/// that each has its effect once. Rows come after those of the consumer in the order of locks.
public final class PgRuleStates {

  private static final String[] OF_MEASUREMENTS = {"threshold", "absence"};
  private static final String[] OF_SESSIONS = {"offline", "flapping"};

  /// What a record of telemetry says.
  ///
  /// @param epoch of the session that it was sent in
  /// @param at when the bus was given it
  public record Sample(DeviceKey device, Epoch epoch, Instant at, ObjectNode values) {}

  /// How a device is connected.
  ///
  /// @param since when `online` last changed
  /// @param opened when its last sessions began, the oldest first
  public record Seen(DeviceKey device, boolean online, Instant since, List<Instant> opened) {

    /// Copies the list.
    public Seen {
      opened = List.copyOf(opened);
    }
  }

  private record Kept(
      DeviceKey device,
      String rule,
      RuleCondition condition,
      RuleState state,
      Optional<Epoch> epoch) {

    Kept with(RuleState after) {
      return new Kept(device, rule, condition, after, epoch);
    }

    Kept measured(Sample sample) {
      return new Kept(
          device,
          rule,
          condition,
          state.measured(condition, sample.at(), sample.values()),
          Optional.of(sample.epoch()));
    }
  }

  /// Takes in what devices measured.
  ///
  /// @param samples in the order of their records, without those of an older session than another
  public Future<Void> measured(SqlConnection transaction, List<Sample> samples) {
    Map<DeviceKey, List<Sample>> byDevice =
        samples.stream().collect(Collectors.groupingBy(Sample::device));
    return change(
        transaction,
        byDevice,
        OF_MEASUREMENTS,
        (kept, of) -> {
          Kept after = kept;
          for (Sample sample : of) {
            after = after.measured(sample);
          }
          return after;
        });
  }

  /// Takes in how devices are connected.
  ///
  /// @param seen each way that a device was in, in the order of the records that say so: one that
  ///     came and went again within a batch was there
  public Future<Void> seen(SqlConnection transaction, List<Seen> seen) {
    Map<DeviceKey, List<Seen>> byDevice =
        seen.stream().collect(Collectors.groupingBy(Seen::device));
    return change(
        transaction,
        byDevice,
        OF_SESSIONS,
        (kept, of) -> {
          RuleState after = kept.state();
          for (Seen each : of) {
            after = after.seen(kept.condition(), each.online(), each.since(), each.opened());
          }
          return kept.with(after);
        });
  }

  private static <T> Future<Void> change(
      SqlConnection transaction,
      Map<DeviceKey, List<T>> heard,
      String[] kinds,
      BiFunction<Kept, List<T>, Kept> change) {
    if (heard.isEmpty()) {
      return Future.succeededFuture();
    }
    return lock(transaction, heard.keySet(), kinds)
        .compose(
            found -> {
              List<Kept> changed = new ArrayList<>();
              for (Kept kept : found) {
                List<T> of = heard.get(kept.device());
                if (of != null) {
                  Kept after = change.apply(kept, of);
                  if (!after.equals(kept)) {
                    changed.add(after);
                  }
                }
              }
              return write(transaction, changed);
            });
  }

  private static Future<List<Kept>> lock(
      SqlConnection transaction, Collection<DeviceKey> devices, String[] kinds) {
    return transaction
        .preparedQuery(
            """
            select state.tenant, state.device_id, state.rule_id, state.firing, state.changed_at,
              state.since, state.due_at, state.due_firing, state.value,
              state.epoch_generation, state.epoch_offset, rule.condition::text as condition
            from rule_state as state
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              on wanted.tenant = state.tenant and wanted.device_id = state.device_id
            join rule on rule.tenant = state.tenant and rule.id = state.rule_id
            where rule.kind = any($3) and rule.enabled and not rule.deleted
              and state.revision = rule.revision and not state.leaving
            order by state.tenant, state.device_id, state.rule_id
            for update of state
            """)
        .execute(PgColumns.keys(devices).addArrayOfString(kinds))
        .map(
            rows -> {
              List<Kept> found = new ArrayList<>(rows.size());
              rows.forEach(
                  row ->
                      found.add(
                          new Kept(
                              PgColumns.key(row),
                              row.getString("rule_id"),
                              RuleCondition.of(
                                  Json.read(
                                      row.getString("condition").getBytes(StandardCharsets.UTF_8),
                                      JsonNode.class)),
                              state(row),
                              PgColumns.epoch(row, "epoch"))));
              return found;
            });
  }

  private static Future<Void> write(SqlConnection transaction, List<Kept> changed) {
    return changed.isEmpty()
        ? Future.succeededFuture()
        : transaction
            .preparedQuery(
                """
                update rule_state
                set firing = given.firing, changed_at = given.changed_at, since = given.since,
                  due_at = given.due_at, due_firing = given.due_firing, value = given.value,
                  epoch_generation = given.generation, epoch_offset = given.place
                from unnest(
                    $1::text[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[],
                    $6::timestamptz[], $7::timestamptz[], $8::boolean[], $9::text[],
                    $10::bigint[], $11::bigint[]
                  ) as given(
                    tenant, device_id, rule_id, firing, changed_at, since, due_at, due_firing, value,
                    generation, place
                  )
                where rule_state.tenant = given.tenant and rule_state.device_id = given.device_id
                  and rule_state.rule_id = given.rule_id
                """)
            .execute(columns(changed))
            .mapEmpty();
  }

  private static Tuple columns(List<Kept> changed) {
    return Tuple.tuple()
        .addArrayOfString(texts(changed, kept -> kept.device().tenant().value()))
        .addArrayOfString(texts(changed, kept -> kept.device().device().value()))
        .addArrayOfString(texts(changed, Kept::rule))
        .addArrayOfBoolean(
            changed.stream().map(kept -> kept.state().firing()).toArray(Boolean[]::new))
        .addArrayOfOffsetDateTime(times(changed, RuleState::changedAt))
        .addArrayOfOffsetDateTime(times(changed, RuleState::since))
        .addArrayOfOffsetDateTime(times(changed, RuleState::dueAt))
        .addArrayOfBoolean(
            changed.stream().map(kept -> kept.state().dueFiring()).toArray(Boolean[]::new))
        .addArrayOfString(texts(changed, kept -> kept.state().value().orElse(null)))
        .addArrayOfLong(places(changed, Epoch::generation))
        .addArrayOfLong(places(changed, Epoch::offset));
  }

  private static @Nullable String[] texts(
      List<Kept> changed, Function<Kept, @Nullable String> column) {
    return changed.stream().map(column).toArray(String[]::new);
  }

  private static @Nullable Long[] places(List<Kept> changed, Function<Epoch, Long> column) {
    return changed.stream().map(kept -> kept.epoch().map(column).orElse(null)).toArray(Long[]::new);
  }

  private static @Nullable OffsetDateTime[] times(
      List<Kept> changed, Function<RuleState, Optional<Instant>> column) {
    return changed.stream()
        .map(kept -> column.apply(kept.state()).map(PgColumns::parameter).orElse(null))
        .toArray(OffsetDateTime[]::new);
  }

  private static RuleState state(Row row) {
    return new RuleState(
        row.getBoolean("firing"),
        PgColumns.time(row, "changed_at"),
        PgColumns.time(row, "since"),
        PgColumns.time(row, "due_at"),
        row.getBoolean("due_firing"),
        PgColumns.text(row, "value"));
  }
}
