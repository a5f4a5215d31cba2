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
    after.ifPresent(id -> query.and("device.id > ?", id));
    filter.online().ifPresent(online -> query.and("presence.online = ?", online));
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
    filter
        .group()
        .ifPresent(
            group ->
                query.and(
                    "device.id in (select member.device_id from device_group_member member"
                        + " where member.tenant = device.tenant and member.group_id = ?)",
                    group));
    expression.ifPresent(
        tree -> query.andCondition(new PgFilter(query.parameters, now).condition(tree)));
    return query.build(expression.isPresent() ? PgPools.UNCACHED : "", limit);
  }

  /// The pattern of what begins so.
  private static String beginning(String prefix) {
    return prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
  }

  private static final class Builder {
    private final StringBuilder where = new StringBuilder();
    private final Tuple parameters = Tuple.tuple();

    /// Adds a condition whose question marks stand for the values.
    void and(String condition, Object... values) {
      String text = condition;
      for (Object value : values) {
        parameters.addValue(value);
        text = text.replaceFirst("\\?", "\\$" + parameters.size());
      }
      where.append(where.isEmpty() ? "" : " and ").append(text);
    }

    void andCondition(String condition) {
      where.append(where.isEmpty() ? "" : " and ").append(condition);
    }

    PgDeviceQuery build(String beginning, int limit) {
      parameters.addValue(limit);
      return new PgDeviceQuery(
          beginning
              + "select "
              + PgDeviceRows.SUMMARY
              + " from "
              + PgDeviceRows.TABLES
              + " where "
              + where
              + " order by device.id limit $"
              + parameters.size(),
          parameters);
    }
  }
}
