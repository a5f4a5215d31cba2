package dev.fairlead.registry.count;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.count.CountDocument.Healths;
import dev.fairlead.registry.count.CountDocument.Item;
import dev.fairlead.registry.filter.Filter;
import dev.fairlead.registry.filter.PgFilter;
import dev.fairlead.registry.filter.PgGroupFilters;
import dev.fairlead.registry.row.PgTimeLimit;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Counts devices by their health. Without a filter the index over health is all that is read; what
/// is counted by group follows the members of the groups.
final class PgCounts {

  /// The most types or groups that are shown.
  static final int ITEMS_MAX = 1000;

  private static final String HEALTHS =
      """
      count(*) filter (where presence.health = 'green') as green,
      count(*) filter (where presence.health = 'red') as red,
      count(*) filter (where presence.health = 'grey') as grey
      """;

  private static final String TABLES =
      """
      device
      join presence on presence.tenant = device.tenant and presence.device_id = device.id
      join reported on reported.tenant = device.tenant and reported.device_id = device.id
      join telemetry_latest
        on telemetry_latest.tenant = device.tenant and telemetry_latest.device_id = device.id
      """;

  private final Pool pool;

  /// @param pool of connections for what may take seconds
  PgCounts(Pool pool) {
    this.pool = pool;
  }

  /// What is counted.
  ///
  /// @param by which the numbers are told apart
  /// @param filter that the devices meet
  /// @param keptTo the static group that the caller is kept to
  record Question(TenantId tenant, By by, Optional<Filter> filter, Optional<String> keptTo) {}

  /// What numbers are told apart by.
  enum By {
    HEALTH,
    TYPE,
    GROUP
  }

  /// The numbers.
  ///
  /// @return fails with the problem `filter-too-slow`
  Future<CountDocument> count(Question question, Instant now) {
    return PgTimeLimit.within(
        pool,
        transaction ->
            resolved(transaction, question)
                .compose(
                    filter ->
                        run(transaction, all(question, filter, now))
                            .map(rows -> healths(rows.getFirst()))
                            .compose(
                                all ->
                                    items(transaction, question, filter, now)
                                        .map(items -> document(all, items, filter)))));
  }

  private static Future<Optional<Filter>> resolved(SqlClient client, Question question) {
    return question
        .filter()
        .map(filter -> PgGroupFilters.resolve(client, question.tenant(), filter).map(Optional::of))
        .orElse(Future.succeededFuture(Optional.empty()));
  }

  private static CountDocument document(Healths all, List<Item> items, Optional<Filter> filter) {
    boolean more = items.size() > ITEMS_MAX;
    return new CountDocument(
        all,
        more ? items.subList(0, ITEMS_MAX) : items,
        more,
        filter.flatMap(PgFilter::unindexed).isEmpty());
  }

  /// A statement and its values.
  record Statement(String sql, Tuple parameters) {}

  /// Counts all; by the health alone, which the index gives in order, unless there is a filter.
  static Statement all(Question question, Optional<Filter> filter, Instant now) {
    Tuple parameters = Tuple.of(question.tenant().value());
    String sql =
        "select "
            + HEALTHS
            + " from "
            + (filter.isPresent() ? TABLES : "presence")
            + " where presence.tenant = $1"
            + restriction(question, filter, parameters, now);
    return new Statement((filter.isPresent() ? PgPools.UNCACHED : "") + sql, parameters);
  }

  /// Counts those of each type or group.
  static Statement each(Question question, Optional<Filter> filter, Instant now) {
    Tuple parameters = Tuple.of(question.tenant().value());
    boolean byType = question.by() == By.TYPE;
    String tables =
        filter.isPresent()
            ? TABLES
            : "presence"
                + (byType
                    ? " join device on device.tenant = presence.tenant"
                        + " and device.id = presence.device_id"
                    : "");
    String key = byType ? "device.type" : "member.group_id";
    String sql =
        "select "
            + key
            + " as key, "
            + HEALTHS
            + " from "
            + tables
            + (byType
                ? ""
                : " join device_group_member member on member.tenant = presence.tenant"
                    + " and member.device_id = presence.device_id")
            + " where presence.tenant = $1"
            + (byType ? " and device.type is not null" : "")
            + restriction(question, filter, parameters, now)
            + (byType ? "" : onlyOwn(question, parameters))
            + " group by "
            + key
            + " order by count(*) desc, key limit "
            + (ITEMS_MAX + 1);
    return new Statement((filter.isPresent() ? PgPools.UNCACHED : "") + sql, parameters);
  }

  private static String restriction(
      Question question, Optional<Filter> filter, Tuple parameters, Instant now) {
    StringBuilder sql = new StringBuilder();
    if (filter.isPresent()) {
      sql.append(" and ").append(new PgFilter(parameters, now).condition(filter.get()));
    }
    if (question.keptTo().isPresent()) {
      parameters.addString(question.keptTo().get());
      sql.append(
              " and presence.device_id in (select own.device_id from device_group_member own"
                  + " where own.tenant = presence.tenant and own.group_id = $")
          .append(parameters.size())
          .append(")");
    }
    return sql.toString();
  }

  /// Which other groups its devices are in is nothing for a key that is kept to one.
  private static String onlyOwn(Question question, Tuple parameters) {
    if (question.keptTo().isEmpty()) {
      return "";
    }
    parameters.addString(question.keptTo().get());
    return " and member.group_id = $" + parameters.size();
  }

  private static Future<List<Item>> items(
      SqlClient client, Question question, Optional<Filter> filter, Instant now) {
    return question.by() == By.HEALTH
        ? Future.succeededFuture(List.of())
        : run(client, each(question, filter, now))
            .map(
                rows ->
                    rows.stream()
                        .map(row -> new Item(row.getString("key"), healths(row)))
                        .toList());
  }

  private static Future<List<Row>> run(SqlClient client, Statement statement) {
    return client
        .preparedQuery(statement.sql())
        .execute(statement.parameters())
        .map(
            rows -> {
              List<Row> found = new ArrayList<>(rows.size());
              rows.forEach(found::add);
              return found;
            });
  }

  private static Healths healths(Row row) {
    return Healths.of(row.getLong("green"), row.getLong("red"), row.getLong("grey"));
  }
}
