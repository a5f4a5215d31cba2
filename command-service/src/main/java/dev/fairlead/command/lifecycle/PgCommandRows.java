package dev.fairlead.command.lifecycle;

import dev.fairlead.bus.identity.DeviceKey;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Rows of the table `command`, and the types of PostgreSQL on the way to and from them.
public final class PgCommandRows {

  private PgCommandRows() {}

  /// What decides about a command, of a row with all the columns of [PgCommandStore#heads].
  public static CommandHead head(Row row) {
    return new CommandHead(
        new CommandId(row.getUUID("id")),
        DeviceKey.of(row.getString("tenant"), row.getString("device_id")),
        state(row),
        row.getInteger("attempt"),
        Optional.ofNullable(row.getString("session_id")),
        Optional.ofNullable(row.getString("gateway")),
        Optional.ofNullable(row.getOffsetDateTime("lease_until")).map(OffsetDateTime::toInstant),
        row.getInteger("late"));
  }

  static Command command(Row row) {
    return new Command(
        new CommandId(row.getUUID("id")),
        DeviceKey.of(row.getString("tenant"), row.getString("device_id")),
        row.getLong("sequence"),
        row.getString("kind"),
        payload(row.getString("content_type"), row.getBuffer("body")),
        state(row),
        row.getInteger("attempt"),
        new Order(
            row.getBoolean("ordered"),
            row.getInteger("priority"),
            Optional.ofNullable(row.getString("supersedes"))),
        instant(row, "deadline"),
        row.getBoolean("notify"),
        Optional.ofNullable(row.getString("correlation")),
        instant(row, "created_at"),
        progress(row),
        result(row),
        PgHistory.read(row.getJsonArray("history")));
  }

  /// What a row with the columns of the progress tells.
  public static Optional<CommandProgress> progress(Row row) {
    return Optional.ofNullable(row.getOffsetDateTime("progress_at"))
        .map(
            at ->
                new CommandProgress(
                    at.toInstant(),
                    payload(
                        row.getString("progress_content_type"), row.getBuffer("progress_body"))));
  }

  /// What a row with the columns of the result tells.
  public static Optional<CommandResult> result(Row row) {
    return Optional.ofNullable(row.getString("result_status"))
        .map(
            status ->
                new CommandResult(
                    Outcome.of(status).orElseThrow(),
                    Optional.ofNullable(row.getString("result_reason")),
                    payload(row.getString("result_content_type"), row.getBuffer("result_body"))));
  }

  static CommandState state(Row row) {
    return CommandState.of(row.getString("state")).orElseThrow();
  }

  private static Optional<Payload> payload(@Nullable String contentType, @Nullable Buffer body) {
    return contentType == null || body == null
        ? Optional.empty()
        : Optional.of(new Payload(contentType, body.getBytes()));
  }

  /// The time in a column that is not null.
  public static Instant instant(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant();
  }

  /// The time of a transaction.
  public static Future<Instant> now(SqlConnection transaction) {
    return transaction
        .query("select now() as now")
        .execute()
        .map(rows -> instant(rows.iterator().next(), "now"));
  }

  /// A time on its way to PostgreSQL.
  public static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  static @Nullable Buffer bytes(Optional<Payload> payload) {
    return payload.map(body -> Buffer.buffer(body.bytes())).orElse(null);
  }

  /// A column of values on its way to PostgreSQL, where null is none.
  static <T, V extends @Nullable Object> V[] column(
      List<T> rows, IntFunction<V[]> array, Function<T, V> value) {
    return rows.stream().map(value).toArray(array);
  }

  static <T> @Nullable String[] text(List<T> rows, Function<T, @Nullable String> value) {
    return column(rows, String[]::new, value);
  }

  static <T> @Nullable OffsetDateTime[] times(
      List<T> rows, Function<T, @Nullable OffsetDateTime> value) {
    return column(rows, OffsetDateTime[]::new, value);
  }
}
