package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.twin.Desired.Answer;
import dev.fairlead.registry.twin.Desired.Base;
import dev.fairlead.registry.twin.Desired.Sent;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The table of desired documents. A device has a row from the first time on that somebody told it
/// something. Rows are locked after every other row of their device.
final class PgDesired {

  /// The columns of [#desired].
  static final String COLUMNS =
      """
      desired.document::text as desired, desired.version as desired_version,
      desired.updated_at as desired_updated_at, answered_version, answered_at, answer,
      answer_reason, base_version, base_document::text as base_document, sent, attempts
      """;

  private static final String KEYED =
      "select desired.tenant, desired.device_id, " + COLUMNS + " from desired ";

  private PgDesired() {}

  /// Locks the row of a device, and makes it where there is none.
  ///
  /// @param device that exists, and will until the transaction ends
  static Future<Desired> lock(SqlConnection transaction, DeviceKey device) {
    Tuple key = Tuple.of(device.tenant().value(), device.device().value());
    return transaction
        .preparedQuery(
            "insert into desired (tenant, device_id) values ($1, $2) on conflict do nothing")
        .execute(key)
        .compose(
            made ->
                transaction
                    .preparedQuery(KEYED + "where tenant = $1 and device_id = $2 for update")
                    .execute(key))
        .map(rows -> desired(rows.iterator().next()));
  }

  /// Locks the rows of some devices.
  ///
  /// @return without those that were never told anything
  static Future<Map<DeviceKey, Desired>> lock(SqlConnection transaction, Set<DeviceKey> devices) {
    return transaction
        .preparedQuery(
            KEYED
                + """
                join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
                  using (tenant, device_id)
                where desired.version > 0
                order by tenant, device_id
                for update of desired
                """)
        .execute(PgColumns.keys(devices))
        .map(PgDesired::keyed);
  }

  /// Locks rows that are due, but for those that somebody else has locked.
  static Future<Map<DeviceKey, Desired>> lockDue(SqlConnection transaction, int limit) {
    return transaction
        .preparedQuery(
            KEYED
                + """
                where due_at <= now()
                order by due_at
                limit $1
                for update skip locked
                """)
        .execute(Tuple.of(limit))
        .map(PgDesired::keyed);
  }

  /// What becomes of a row.
  ///
  /// @param due whether it is to be sent again, when [Desired#again] says
  record Change(Desired desired, boolean due) {}

  /// Writes rows that are locked.
  static Future<Void> write(SqlConnection transaction, Map<DeviceKey, Change> changed) {
    if (changed.isEmpty()) {
      return Future.succeededFuture();
    }
    List<Tuple> rows =
        changed.entrySet().stream().map(entry -> tuple(entry.getKey(), entry.getValue())).toList();
    return transaction
        .preparedQuery(
            """
            update desired
            set document = $3::text::jsonb, version = $4, updated_at = $5, answered_version = $6,
                answered_at = $7, answer = $8, answer_reason = $9, base_version = $10,
                base_document = $11::text::jsonb, sent = $12, attempts = $13,
                due_at = now() + $14::bigint * interval '1 millisecond'
            where tenant = $1 and device_id = $2
            """)
        .executeBatch(rows)
        .mapEmpty();
  }

  private static Map<DeviceKey, Desired> keyed(RowSet<Row> rows) {
    Map<DeviceKey, Desired> found = new HashMap<>();
    rows.forEach(row -> found.put(PgColumns.key(row), desired(row)));
    return found;
  }

  /// What a row holds; the columns may all be null where a device has none.
  static Desired desired(Row row) {
    @Nullable Long version = row.getLong("desired_version");
    if (version == null) {
      return Desired.NONE;
    }
    ObjectNode document = json(row.getString("desired"));
    return new Desired(
        document,
        version,
        PgColumns.time(row, "desired_updated_at"),
        answer(row),
        base(row, version, document),
        PgColumns.text(row, "sent")
            .map(word -> Sent.valueOf(word.toUpperCase(Locale.ROOT)))
            .orElse(Sent.NOTHING),
        row.getInteger("attempts"));
  }

  private static Optional<Answer> answer(Row row) {
    return PgColumns.time(row, "answered_at")
        .map(
            at ->
                new Answer(
                    row.getLong("answered_version"),
                    at,
                    row.getString("answer").equals("accepted"),
                    PgColumns.text(row, "answer_reason")));
  }

  private static Optional<Base> base(Row row, long version, ObjectNode document) {
    @Nullable Long base = row.getLong("base_version");
    if (base == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Base(base, base == version ? document : json(row.getString("base_document"))));
  }

  static ObjectNode json(String text) {
    return Json.read(text.getBytes(StandardCharsets.UTF_8), ObjectNode.class);
  }

  private static Tuple tuple(DeviceKey device, Change change) {
    Desired desired = change.desired();
    Optional<Answer> answer = desired.answer();
    OptionalLong again =
        change.due() ? OptionalLong.of(desired.again().toMillis()) : OptionalLong.empty();
    return Tuple.tuple()
        .addString(device.tenant().value())
        .addString(device.device().value())
        .addString(desired.document().toString())
        .addLong(desired.version())
        .addValue(desired.updatedAt().map(PgColumns::parameter).orElse(null))
        .addValue(answer.map(Answer::version).orElse(null))
        .addValue(answer.map(last -> PgColumns.parameter(last.at())).orElse(null))
        .addValue(answer.map(last -> last.accepted() ? "accepted" : "rejected").orElse(null))
        .addValue(answer.flatMap(Answer::reason).orElse(null))
        .addValue(desired.base().map(Base::version).orElse(null))
        .addValue(
            desired
                .base()
                .filter(base -> base.version() != desired.version())
                .map(base -> base.document().toString())
                .orElse(null))
        .addValue(
            desired.sent() == Sent.NOTHING ? null : desired.sent().name().toLowerCase(Locale.ROOT))
        .addInteger(desired.attempts())
        .addValue(again.isPresent() ? again.getAsLong() : null);
  }
}
