package dev.fairlead.registry.telemetry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The rows of telemetry: latest values and samples of the history.
final class PgTelemetryRows {

  private static final int ROWS_OF_STATEMENT = 1_000;

  private PgTelemetryRows() {}

  /// A sample of the history.
  ///
  /// @param at when its interval began
  record Sample(DeviceKey device, Instant at, ObjectNode numbers) {}

  /// How many rows were written, and how many the database refused.
  record Written(int rows, int refused) {

    static final Written NOTHING = new Written(0, 0);

    Written and(Written more) {
      return new Written(rows + more.rows, refused + more.refused);
    }
  }

  /// The latest values of devices, of those that exist.
  static Future<Map<DeviceKey, LatestValues>> read(
      SqlClient client, Collection<DeviceKey> devices) {
    if (devices.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    return client
        .preparedQuery(
            """
            select tenant, device_id, metrics::text as metrics,
                   epoch_generation, epoch_offset, as_of
            from telemetry_latest
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              using (tenant, device_id)
            """)
        .execute(PgColumns.keys(devices))
        .map(
            rows -> {
              Map<DeviceKey, LatestValues> found = new HashMap<>();
              rows.forEach(row -> found.put(PgColumns.key(row), values(row)));
              return found;
            });
  }

  private static LatestValues values(Row row) {
    return new LatestValues(
        LatestValues.metrics(
            Json.read(row.getString("metrics").getBytes(StandardCharsets.UTF_8), ObjectNode.class)),
        PgColumns.epoch(row, "epoch"),
        PgColumns.time(row, "as_of"));
  }

  /// Writes latest values, each in the place of the row that was read. A row that is another one by
  /// now is that of a device that was deleted and made again, to which they do not belong: while
  /// the offset stands where it did, nobody else has written it.
  ///
  /// @param careful whether one by one, so that only those are left out that are refused
  static Future<Written> writeLatest(
      SqlConnection transaction, List<Span.Row> rows, boolean careful) {
    List<Span.Row> sorted =
        rows.stream().sorted(Comparator.comparing(Span.Row::device, PgColumns.LOCK_ORDER)).toList();
    return each(transaction, sorted, careful, PgTelemetryRows::update);
  }

  private static Future<Integer> update(SqlConnection transaction, List<Span.Row> rows) {
    return transaction
        .preparedQuery(
            """
            with given as (
              select *
              from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
                  $6::timestamptz[], $7::timestamptz[])
                as given(tenant, device_id, metrics, generation, place, as_of, was)
            ), locked as (
              select latest.tenant, latest.device_id
              from telemetry_latest latest join given using (tenant, device_id)
              where latest.as_of is not distinct from given.was
              order by latest.tenant, latest.device_id
              for update of latest
            )
            update telemetry_latest latest
            set metrics = given.metrics::jsonb, epoch_generation = given.generation,
              epoch_offset = given.place, as_of = given.as_of
            from given join locked using (tenant, device_id)
            where latest.tenant = given.tenant and latest.device_id = given.device_id
            """)
        .execute(
            Tuple.tuple()
                .addArrayOfString(texts(rows, row -> row.device().tenant().value()))
                .addArrayOfString(texts(rows, row -> row.device().device().value()))
                .addArrayOfString(texts(rows, row -> text(row.values().json())))
                .addArrayOfLong(epochs(rows, Epoch::generation))
                .addArrayOfLong(epochs(rows, Epoch::offset))
                .addArrayOfOffsetDateTime(times(rows, row -> row.values().asOf().orElse(null)))
                .addArrayOfOffsetDateTime(times(rows, row -> row.was().orElse(null))))
        .map(done -> done.rowCount());
  }

  /// Adds samples to the history; what it has of a key in an interval stays.
  ///
  /// @param careful whether one by one, so that only those are left out that are refused
  static Future<Written> writeHistory(
      SqlConnection transaction, List<Sample> samples, boolean careful) {
    List<Sample> sorted =
        samples.stream()
            .sorted(
                Comparator.comparing(Sample::device, PgColumns.LOCK_ORDER)
                    .thenComparing(Sample::at))
            .toList();
    return each(transaction, sorted, careful, PgTelemetryRows::insert);
  }

  private static Future<Integer> insert(SqlConnection transaction, List<Sample> samples) {
    return transaction
        .preparedQuery(
            """
            insert into telemetry_history as kept (slot, tenant, device_id, at, metrics)
            select slot, tenant, device_id, at, metrics::jsonb
            from unnest($1::smallint[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
              as given(slot, tenant, device_id, at, metrics)
            on conflict (slot, tenant, device_id, at) do update
            set metrics = excluded.metrics || kept.metrics
            where excluded.metrics || kept.metrics <> kept.metrics
            """)
        .execute(
            Tuple.tuple()
                .addArrayOfShort(
                    samples.stream()
                        .map(sample -> PgHistoryRetention.slotOf(sample.at()))
                        .toArray(Short[]::new))
                .addArrayOfString(texts(samples, sample -> sample.device().tenant().value()))
                .addArrayOfString(texts(samples, sample -> sample.device().device().value()))
                .addArrayOfOffsetDateTime(times(samples, Sample::at))
                .addArrayOfString(texts(samples, sample -> text(sample.numbers()))))
        .map(done -> done.rowCount());
  }

  private interface Statement<T> {
    Future<Integer> run(SqlConnection transaction, List<T> rows);
  }

  private static <T> Future<Written> each(
      SqlConnection transaction, List<T> rows, boolean careful, Statement<T> statement) {
    int size = careful ? 1 : ROWS_OF_STATEMENT;
    Future<Written> written = Future.succeededFuture(Written.NOTHING);
    for (int from = 0; from < rows.size(); from += size) {
      List<T> some = rows.subList(from, Math.min(rows.size(), from + size));
      written =
          written.compose(
              before ->
                  (careful
                          ? attempt(transaction, some, statement)
                          : statement.run(transaction, some).map(done -> new Written(done, 0)))
                      .map(before::and));
    }
    return written;
  }

  private static <T> Future<Written> attempt(
      SqlConnection transaction, List<T> one, Statement<T> statement) {
    return transaction
        .query("savepoint one")
        .execute()
        .compose(nothing -> statement.run(transaction, one))
        .map(done -> new Written(done, 0))
        .recover(
            cause ->
                isAboutContent(cause)
                    ? transaction
                        .query("rollback to savepoint one")
                        .execute()
                        .map(nothing -> new Written(0, 1))
                    : Future.failedFuture(cause));
  }

  /// Class 22 is a data exception, 23 an integrity constraint: the same row would fail again.
  static boolean isAboutContent(Throwable cause) {
    String state = cause instanceof PgException e ? e.getSqlState() : null;
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  private static <T> String[] texts(List<T> rows, Function<T, String> column) {
    return rows.stream().map(column).toArray(String[]::new);
  }

  private static Long[] epochs(List<Span.Row> rows, Function<Epoch, Long> column) {
    return rows.stream()
        .map(row -> column.apply(row.values().epoch().orElseThrow()))
        .toArray(Long[]::new);
  }

  private static <T> @Nullable OffsetDateTime[] times(
      List<T> rows, Function<T, @Nullable Instant> column) {
    List<@Nullable OffsetDateTime> times = new ArrayList<>(rows.size());
    for (T row : rows) {
      Instant at = column.apply(row);
      times.add(at == null ? null : PgColumns.parameter(at));
    }
    return times.toArray(OffsetDateTime[]::new);
  }

  private static String text(ObjectNode json) {
    return Json.text(json);
  }
}
