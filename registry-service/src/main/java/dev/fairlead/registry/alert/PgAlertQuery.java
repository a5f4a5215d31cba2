package dev.fairlead.registry.alert;

import dev.fairlead.registry.filter.Filter;
import dev.fairlead.registry.filter.PgFilter;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.stream.Collectors;

/// The statement for a page of alerts, the newest first. Its text depends on which filters are
/// given and never on their values.
///
/// @param sql the text
/// @param parameters the values
record PgAlertQuery(String sql, Tuple parameters) {

  /// Where a page begins.
  ///
  /// @param raisedAt of the alert before
  /// @param id of the alert before
  record After(Instant raisedAt, String id) {}

  /// Alerts with their devices and with what is known about their codes: an entry for the type of
  /// the device goes before one for all.
  static final String SELECT =
      """
      select alert.id, alert.device_id, alert.code, alert.source, alert.severity, alert.text,
        alert.suggestion, alert.raised_at, alert.last_raised_at, alert.occurrences,
        alert.acknowledged_at, alert.acknowledged_by,
        alert.closed_at, alert.closed_reason, alert.closed_by,
        known.title, known.explanation, known.suggestion as known_suggestion
      from alert
      join device on device.tenant = alert.tenant and device.id = alert.device_id
      left join lateral (
        select knowledge.title, knowledge.explanation, knowledge.suggestion from knowledge
        where knowledge.tenant = alert.tenant and knowledge.code = alert.code
          and knowledge.type in ('', device.type)
        order by knowledge.type desc
        limit 1
      ) as known on true
      """;

  /// What filters of devices are about besides [#SELECT].
  private static final String DEVICE_TABLES =
      """
      join presence on presence.tenant = device.tenant and presence.device_id = device.id
      join reported on reported.tenant = device.tenant and reported.device_id = device.id
      join telemetry_latest
        on telemetry_latest.tenant = device.tenant and telemetry_latest.device_id = device.id
      """;

  /// @param devices the expression of the filter, without names of dynamic groups
  static PgAlertQuery of(
      AlertFilter filter, Optional<Filter> devices, Optional<After> after, int limit, Instant now) {
    Builder query = new Builder();
    query.and("alert.tenant = ?", filter.tenant().value());
    filter.device().ifPresent(device -> query.and("alert.device_id = ?", device));
    filter.code().ifPresent(code -> query.and("alert.code = ?", code));
    if (!filter.states().isEmpty()) {
      query.and(states(filter));
    }
    if (!filter.severities().isEmpty()) {
      query.and("alert.severity = any(?)", (Object) filter.severities().toArray(String[]::new));
    }
    filter
        .keptTo()
        .ifPresent(
            group ->
                query.and(
                    "alert.device_id in (select member.device_id from device_group_member member"
                        + " where member.tenant = alert.tenant and member.group_id = ?)",
                    group));
    after.ifPresent(
        last ->
            query.and(
                "(alert.raised_at, alert.id) < (?, ?)",
                PgColumns.parameter(last.raisedAt()),
                last.id()));
    devices.ifPresent(tree -> query.and(new PgFilter(query.parameters, now).condition(tree)));
    query.parameters.addInteger(limit);
    return new PgAlertQuery(
        (devices.isPresent() ? PgPools.UNCACHED : "")
            + SELECT
            + (devices.isPresent() ? DEVICE_TABLES : "")
            + " where "
            + query.where
            + " order by alert.raised_at desc, alert.id desc limit $"
            + query.parameters.size(),
        query.parameters);
  }

  private static String states(AlertFilter filter) {
    return filter.states().stream()
        .sorted()
        .map(
            state ->
                switch (state) {
                  case "open" -> "(alert.closed_at is null and alert.acknowledged_at is null)";
                  case "acknowledged" ->
                      "(alert.closed_at is null and alert.acknowledged_at is not null)";
                  default -> "alert.closed_at is not null";
                })
        .collect(Collectors.joining(" or ", "(", ")"));
  }

  static AlertDocument document(Row row) {
    Optional<String> own = PgColumns.text(row, "suggestion");
    Optional<String> known = PgColumns.text(row, "known_suggestion");
    String source = row.getString("source");
    Optional<Instant> acknowledgedAt = PgColumns.time(row, "acknowledged_at");
    Optional<Instant> closedAt = PgColumns.time(row, "closed_at");
    return new AlertDocument(
        row.getString("id"),
        row.getString("device_id"),
        row.getString("code"),
        source,
        row.getString("severity"),
        row.getString("text"),
        own.or(() -> known),
        own.map(text -> source.equals(Alert.DEVICE) ? Alert.DEVICE : "rule")
            .or(() -> known.map(text -> "knowledge")),
        PgColumns.text(row, "title"),
        PgColumns.text(row, "explanation"),
        closedAt.isPresent() ? "closed" : acknowledgedAt.isPresent() ? "acknowledged" : "open",
        time(row, "raised_at"),
        time(row, "last_raised_at"),
        row.getInteger("occurrences"),
        acknowledgedAt.map(
            at -> new AlertDocument.Acknowledgement(at, row.getString("acknowledged_by"))),
        closedAt.map(
            at ->
                new AlertDocument.Closure(
                    at, row.getString("closed_reason"), PgColumns.text(row, "closed_by"))));
  }

  private static Instant time(Row row, String column) {
    OffsetDateTime time = row.getOffsetDateTime(column);
    return time.toInstant();
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
  }
}
