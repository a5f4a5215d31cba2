package dev.fairlead.registry.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.telemetry.TelemetryDocument.Latest;
import dev.fairlead.registry.telemetry.TelemetryDocument.Point;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Reads what was measured.
final class PgTelemetryQuery {

  private static final double NANOS_PER_SECOND = 1e9;

  private final Pool pool;
  private final Duration interval;

  /// @param interval of a sample of the history
  PgTelemetryQuery(Pool pool, Duration interval) {
    this.pool = pool;
    this.interval = interval;
  }

  /// What is asked of the history.
  ///
  /// @param to is not part of it
  /// @param points how many there are at the most
  record Question(DeviceKey device, String key, Instant from, Instant to, int points) {

    /// How much time a point stands for.
    Duration width() {
      return Duration.between(from, to).dividedBy(points);
    }

    /// The same in seconds.
    double pointSeconds() {
      return width().toNanos() / NANOS_PER_SECOND;
    }
  }

  /// The latest values.
  ///
  /// @return fails with the problem `device-not-found`
  Future<Latest> latest(DeviceKey device) {
    return pool.preparedQuery(
            """
            select metrics::text as metrics, as_of from telemetry_latest
            where tenant = $1 and device_id = $2
            """)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(rows -> single(device, rows))
        .map(
            row ->
                new Latest(
                    PgColumns.time(row, "as_of"),
                    Json.read(
                        row.getString("metrics").getBytes(StandardCharsets.UTF_8),
                        JsonNode.class)));
  }

  /// The points of a chart. What a device of the same id measured before this one was made is none
  /// of it.
  ///
  /// @return fails with the problem `device-not-found`
  Future<List<Point>> history(Question question) {
    DeviceKey device = question.device();
    return pool.preparedQuery("select created_at from device where tenant = $1 and id = $2")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(rows -> single(device, rows))
        .compose(row -> points(question, row.getOffsetDateTime("created_at").toInstant()));
  }

  private Future<List<Point>> points(Question question, Instant createdAt) {
    return pool.preparedQuery(
            """
            select place, min(number) as min, avg(number) as avg, max(number) as max,
              count(*) as samples
            from (
              select least(floor(extract(epoch from at - $4::timestamptz) / $6::double precision),
                  $8 - 1)::integer as place,
                (metrics ->> $7)::double precision as number
              from telemetry_history
              where slot = any($1::smallint[]) and tenant = $2 and device_id = $3
                and at >= $4 and at < $5 and at > $9 and jsonb_exists(metrics, $7)
            ) as sample
            group by place
            order by place
            """)
        .execute(
            Tuple.tuple()
                .addArrayOfShort(slots(question))
                .addString(question.device().tenant().value())
                .addString(question.device().device().value())
                .addOffsetDateTime(PgColumns.parameter(question.from()))
                .addOffsetDateTime(PgColumns.parameter(question.to()))
                .addDouble(question.pointSeconds())
                .addString(question.key())
                .addInteger(question.points())
                .addOffsetDateTime(PgColumns.parameter(createdAt.minus(interval))))
        .map(
            rows -> {
              List<Point> points = new ArrayList<>(rows.size());
              for (Row row : rows) {
                Instant at =
                    question.from().plus(question.width().multipliedBy(row.getInteger("place")));
                points.add(
                    new Point(
                        at,
                        row.getDouble("min"),
                        row.getDouble("avg"),
                        row.getDouble("max"),
                        row.getLong("samples")));
              }
              return points;
            });
  }

  /// The slots of the days that are asked for: no other is looked at.
  private static Short[] slots(Question question) {
    long days = Duration.between(question.from(), question.to()).toDays() + 2;
    return IntStream.range(0, (int) Math.min(days, PgHistoryRetention.SLOTS))
        .mapToObj(day -> PgHistoryRetention.slotOf(question.from().plus(Duration.ofDays(day))))
        .toArray(Short[]::new);
  }

  private static Future<Row> single(DeviceKey device, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(rows.iterator().next())
        : Future.failedFuture(
            Problem.of(
                    ProblemType.DEVICE_NOT_FOUND, "There is no device '" + device.device() + "'.")
                .exception());
  }
}
