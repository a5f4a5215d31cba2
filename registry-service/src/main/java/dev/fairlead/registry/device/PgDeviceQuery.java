package dev.fairlead.registry.device;

import dev.fairlead.registry.filter.Filter;
import dev.fairlead.registry.filter.PgFilter;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// The statement for a page of devices. Its text depends on which filters are given and never on
/// their values, so that there are few statements, each prepared once; only one with an expression
/// is of its own, and is not kept.
///
/// @param sql the text
/// @param parameters the values
record PgDeviceQuery(String sql, Tuple parameters) {

  /// The devices that have the tags, or else the reported values, that a filter asks for.
  ///
  /// @param expression that of the filter, without names of dynamic groups
  /// @return empty where the filter asks for none
  static Optional<PgDeviceQuery> contained(
      DeviceFilter filter, Optional<Filter> expression, Instant now) {
    Optional<Filter> tags =
        expression.flatMap(tree -> PgFilter.contained(tree, Filter.Field.Tag.class));
    if (tags.isPresent() || !filter.tags().isEmpty()) {
      return Optional.of(having("device", filter, tags, now));
    }
    return expression
        .flatMap(PgDeviceQuery::reported)
        .map(values -> having("reported", filter, Optional.of(values), now));
  }

  private static Optional<Filter> reported(Filter tree) {
    return PgFilter.contained(tree, Filter.Field.Reported.class);
  }

  private static PgDeviceQuery having(
      String table, DeviceFilter filter, Optional<Filter> values, Instant now) {
    Builder query = new Builder();
    query.and(table + ".tenant = ?", filter.tenant().value());
    query.tags(filter);
    values.ifPresent(tree -> query.andExpression(tree, now));
    return new PgDeviceQuery("select from " + table + " where " + query.where, query.parameters);
  }

  /// @param expression that of the filter, without names of dynamic groups
  /// @param few whether all that meets the filter is looked up, and then sorted, as [PgFewDevices]
  ///     says
  static PgDeviceQuery of(
      DeviceFilter filter,
      Optional<Filter> expression,
      Optional<String> after,
      int limit,
      Instant now,
      boolean few) {
    Builder query = new Builder();
    query.and("device.tenant = ?", filter.tenant().value());
    after.ifPresent(
        expression.flatMap(PgDeviceQuery::reported).isPresent()
            ? query::reportedAfter
            : query::after);
    filter.online().ifPresent(online -> query.and(PgFilter.online(online)));
    filter.health().ifPresent(health -> query.and("presence.health = ?", health));
    filter.type().ifPresent(type -> query.and("device.type = ?", type));
    query.tags(filter);
    filter
        .prefix()
        .ifPresent(
            prefix ->
                query.and(
                    "(device.id like ? or lower(device.name) like ?)",
                    beginning(prefix),
                    beginning(prefix.toLowerCase(Locale.ROOT))));
    filter.group().ifPresent(query::inGroup);
    expression.ifPresent(tree -> query.andExpression(tree, now));
    return query.build(expression.isPresent() ? PgPools.UNCACHED : "", limit, few);
  }

  /// The descriptions of all devices between two ids.
  ///
  /// @param expression the filter of the question, without names of dynamic groups
  /// @param after the id before the first
  /// @param last the id of the last
  static PgDeviceQuery between(
      PgDeviceScan.Question question,
      Optional<Filter> expression,
      String after,
      String last,
      boolean lock) {
    Builder query = new Builder();
    query.and("device.tenant = ?", question.tenant().value());
    query.after(after);
    query.and("device.id <= ?", last);
    question.group().ifPresent(query::inGroup);
    expression.ifPresent(tree -> query.andExpression(tree, question.now()));
    return new PgDeviceQuery(
        (expression.isPresent() ? PgPools.UNCACHED : "")
            + "select "
            + PgDeviceRows.DESCRIPTION
            + " from "
            + query.tables()
            + " where "
            + query.where
            + " order by device.id"
            + (lock ? " for update of device" : ""),
        query.parameters);
  }

  /// The pattern of what begins so.
  private static String beginning(String prefix) {
    return prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
  }

  private static final class Builder {
    private final StringBuilder where = new StringBuilder();
    private final Tuple parameters = Tuple.tuple();
    private Optional<String> after = Optional.empty();

    /// Adds a condition whose question marks stand for the values.
    void and(String condition, Object... values) {
      String text = condition;
      for (Object value : values) {
        parameters.addValue(value);
        text = text.replaceFirst("\\?", "\\$" + parameters.size());
      }
      where.append(where.isEmpty() ? "" : " and ").append(text);
    }

    /// Only those after an id. The database does not see that this holds for what hangs on them
    /// too, and would look through it from the beginning.
    void after(String id) {
      and("device.id > ?", id);
      after = Optional.of("$" + parameters.size());
    }

    /// Only those after an id, by the table that has what is looked for. Said of both tables, the
    /// database would take it for two conditions, expect far fewer rows deep in a list than there
    /// are, and sort all of them instead of reading a page of them in their order.
    void reportedAfter(String id) {
      and("reported.device_id > ?", id);
    }

    void inGroup(String group) {
      and(
          "device.id in (select member.device_id from device_group_member member"
              + " where member.tenant = device.tenant and member.group_id = ?)",
          group);
    }

    void tags(DeviceFilter filter) {
      if (!filter.tags().isEmpty()) {
        and("device.tags @> ?::text::jsonb", PgDeviceRows.json(filter.tags()));
      }
    }

    void andExpression(Filter expression, Instant now) {
      where.append(" and ").append(new PgFilter(parameters, now).condition(expression));
    }

    /// Those that the conditions speak of: what else there is to show is looked up for the devices
    /// of the page alone, and not for all that meet the conditions and are sorted.
    String tables() {
      return PgDeviceRows.tables(where.toString(), after);
    }

    PgDeviceQuery build(String beginning, int limit, boolean few) {
      parameters.addValue(limit);
      String found = "select " + PgDeviceRows.DEVICE + " from " + tables() + " where " + where;
      return new PgDeviceQuery(
          beginning
              + "select "
              + PgDeviceRows.SUMMARY
              + " from ("
              // With an offset a question is answered by itself, whatever is made of the answer.
              + (few ? "select * from (" + found + " offset 0) as device" : found)
              + " order by device.id limit $"
              + parameters.size()
              + ") as device "
              + PgDeviceRows.JOINED
              + " order by device.id",
          parameters);
    }
  }
}
