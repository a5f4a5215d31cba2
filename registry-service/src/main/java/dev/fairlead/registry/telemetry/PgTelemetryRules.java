package dev.fairlead.registry.telemetry;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.Received;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.rule.PgRuleStates;
import dev.fairlead.registry.subdevice.PgSpeakers;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Shows measurements to the rules that raise alerts. It reads the topic for itself: alerts come
/// before latest values, and wait for no row budget.
final class PgTelemetryRules implements PgConsumer.Use<Measurements> {

  static final String CONSUMER = "registry-rules";

  private final PgRuleStates rules = new PgRuleStates();

  private final SchemaCheck check;

  private PgTelemetryRules(SchemaCheck check) {
    this.check = check;
  }

  static Feed feed(Pool pool, DeadLetters deadLetters, SchemaCheck check) {
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
            new PgTelemetryRules(check),
            deadLetters));
  }

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<Measurements>> messages) {
    return PgSpeakers.heeded(
            transaction,
            messages,
            received -> received.message().spoken(),
            stranger -> {
              // Counted where the latest values are kept.
            })
        .compose(heeded -> use(transaction, heeded));
  }

  private Future<Void> use(SqlConnection transaction, List<Received<Measurements>> messages) {
    Set<DeviceKey> devices =
        messages.stream()
            .map(received -> received.message().device())
            .collect(Collectors.toUnmodifiableSet());
    return newest(transaction, devices).compose(newest -> use(transaction, newest, messages));
  }

  /// What a schema refuses is no measurement.
  private Future<Void> use(
      SqlConnection transaction,
      Map<DeviceKey, Optional<Epoch>> newest,
      List<Received<Measurements>> received) {
    List<Measurements> messages = received.stream().map(Received::message).toList();
    return check
        .violations(transaction, newest.keySet(), messages)
        .compose(
            violations -> {
              List<PgRuleStates.Sample> samples = new ArrayList<>();
              for (int i = 0; i < messages.size(); i++) {
                if (violations.get(i).isEmpty()) {
                  fold(newest, messages.get(i), samples);
                }
              }
              return rules.measured(transaction, samples);
            });
  }

  /// A record of an older session than the newest that is known is history; it changes no state.
  private static void fold(
      Map<DeviceKey, Optional<Epoch>> newest,
      Measurements measured,
      List<PgRuleStates.Sample> samples) {
    Optional<Epoch> known = newest.get(measured.device());
    if (measured.readable()
        && known != null
        && known.filter(epoch -> epoch.isNewerThan(measured.epoch())).isEmpty()) {
      newest.put(measured.device(), Optional.of(measured.epoch()));
      samples.add(
          new PgRuleStates.Sample(
              measured.device(), measured.epoch(), measured.takenAt(), measured.values()));
    }
  }

  /// The newest session of each device that is in the scope of a rule, by what rules were shown
  /// alone: what presence or latest values know already depends on how far their consumers have
  /// come, and the same records are to lead to the same states.
  private static Future<Map<DeviceKey, Optional<Epoch>>> newest(
      SqlConnection transaction, Set<DeviceKey> devices) {
    return transaction
        .preparedQuery(
            """
            select distinct on (tenant, device_id)
              tenant, device_id, epoch_generation, epoch_offset
            from rule_state
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              using (tenant, device_id)
            order by tenant, device_id,
              epoch_generation desc nulls last, epoch_offset desc nulls last
            """)
        .execute(PgColumns.keys(devices))
        .map(
            rows -> {
              Map<DeviceKey, Optional<Epoch>> found = new HashMap<>();
              rows.forEach(row -> found.put(PgColumns.key(row), PgColumns.epoch(row, "epoch")));
              return found;
            });
  }
}
