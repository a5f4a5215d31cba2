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

  /// @param expression that of the filter, without names of dynamic groups
  static PgDeviceQuery of(
      DeviceFilter filter,
      Optional<Filter> expression,
      Optional<String> after,
      int limit,
      Instant now) {
    Builder query = new Builder();
    query.and("device.tenant = ?", filter.tenant().value());
    after.ifPresent(query::after);
    filter.online().ifPresent(online -> query.and(PgFilter.online(online)));
    filter.health().ifPresent(health -> query.and("presence.health = ?", health));
    filter.type().ifPresent(type -> query.and("device.type = ?", type));
    if (!filter.tags().isEmpty()) {
      query.and("device.tags @> ?::text::jsonb", PgDeviceRows.json(filter.tags()));
    }
    filter
        .prefix()
        .ifPresent(
            prefix ->
                query.and(
                    "(device.id like ? or lower(device.name) like ?)",
                    beginning(prefix),
                    beginning(prefix.toLowerCase(Locale.ROOT))));
    filter.group().ifPresent(query::inGroup);
    expression.ifPresent(
        tree -> query.andCondition(new PgFilter(query.parameters, now).condition(tree)));
    return query.build(expression.isPresent() ? PgPools.UNCACHED : "", limit);
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
    expression.ifPresent(
        tree -> query.andCondition(new PgFilter(query.parameters, question.now()).condition(tree)));
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

    void inGroup(String group) {
      and(
          "device.id in (select member.device_id from device_group_member member"
              + " where member.tenant = device.tenant and member.group_id = ?)",
          group);
    }

    void andCondition(String condition) {
      where.append(where.isEmpty() ? "" : " and ").append(condition);
    }

    /// Those that the conditions speak of: what else there is to show is looked up for the devices
    /// of the page alone, and not for all that meet the conditions and are sorted.
    String tables() {
      return PgDeviceRows.tables(where.toString(), after);
    }

    PgDeviceQuery build(String beginning, int limit) {
      parameters.addValue(limit);
      return new PgDeviceQuery(
          beginning
              + "select "
              + PgDeviceRows.SUMMARY
              + " from (select "
              + PgDeviceRows.DEVICE
              + " from "
              + tables()
              + " where "
              + where
              + " order by device.id limit $"
              + parameters.size()
              + ") as device "
              + PgDeviceRows.JOINED
              + " order by device.id",
          parameters);
    }
  }
}
