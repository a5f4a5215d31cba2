package dev.fairlead.registry.telemetry;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/// The steps of an export of a day of the history, in the order of the primary key. Each looks at
/// so many samples and no more, whether they are shown or not.
final class PgTelemetryExport implements Supplier<Future<Optional<Buffer>>> {

  private static final int STEP_SAMPLES = 2_000;

  /// Samples of a device with all the keys it may have are large.
  private static final int STEP_BYTES = 1 << 20;

  private final Pool pool;
  private final Duration interval;
  private final Question question;
  private Place after;

  /// @param interval of a sample of the history
  PgTelemetryExport(Pool pool, Duration interval, Question question) {
    this.pool = pool;
    this.interval = interval;
    this.question = question;
    this.after = question.after();
  }

  /// A sample, by its device and its time; it need not exist.
  record Place(String device, Instant at) {}

  /// What is exported.
  ///
  /// @param group the static group that the caller is kept to
  /// @param day in UTC
  /// @param after the place before the first
  record Question(String tenant, Optional<String> group, LocalDate day, Place after) {

    /// When the day begins.
    static Instant begin(LocalDate day) {
      return day.atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    /// When it is over.
    static Instant end(LocalDate day) {
      return begin(day.plusDays(1));
    }
  }

  private record Line(String deviceId, Instant at, @JsonRawValue String metrics) {}

  /// What is beyond retention.
  static ProblemException expired(LocalDate day) {
    return Problem.of(ProblemType.DAY_EXPIRED, "The day " + day + " is not kept any more.")
        .exception();
  }

  /// Takes the next step.
  ///
  /// @return fails with `day-expired` when the day was taken away
  @Override
  public Future<Optional<Buffer>> get() {
    return pool.withTransaction(
            transaction ->
                next(transaction).compose(rows -> requireKept(transaction).map(_ -> rows)))
        .map(Objects::requireNonNull)
        .map(this::part);
  }

  /// Asks the one slot, so that no other one is locked. A device that is gone has no samples, and
  /// neither has one before the interval in which it was made.
  private Future<RowSet<Row>> next(SqlConnection transaction) {
    short slot = PgHistoryRetention.slotOf(question.day());
    return transaction
        .preparedQuery(
            """
            select sample.device_id, sample.at, sample.metrics,
              device.id is not null
                and sample.at > device.created_at - make_interval(secs => $8)
                and ($9::text is null or device.id in (
                  select member.device_id from device_group_member member
                  where member.tenant = device.tenant and member.group_id = $9)) as shown
            from (
              select device_id, at, metrics, sum(octet_length(metrics))
                over (order by device_id, at rows unbounded preceding) as bytes
              from (
                select device_id, at, metrics::text as metrics from telemetry_history_%d
                where slot = %d and tenant = $1 and (device_id, at) > ($2, $3)
                  and at >= $4 and at < $5
                order by device_id, at
                limit $6
              ) as looked
            ) as sample
            left join device on device.tenant = $1 and device.id = sample.device_id
            where sample.bytes - octet_length(sample.metrics) < $7
            order by sample.device_id, sample.at
            """
                .formatted(slot, slot))
        .execute(
            Tuple.tuple()
                .addString(question.tenant())
                .addString(after.device())
                .addOffsetDateTime(PgColumns.parameter(after.at()))
                .addOffsetDateTime(PgColumns.parameter(Question.begin(question.day())))
                .addOffsetDateTime(PgColumns.parameter(Question.end(question.day())))
                .addInteger(STEP_SAMPLES)
                .addInteger(STEP_BYTES)
                .addDouble((double) interval.toSeconds())
                .addString(question.group().orElse(null)));
  }

  /// Asked after the samples in the same transaction, whose lock lets nobody empty the slot
  /// meanwhile: what was taken away before they were read is known here.
  private Future<Void> requireKept(SqlConnection transaction) {
    return transaction
        .preparedQuery("select from telemetry_history_emptied where slot = $1 and day >= $2")
        .execute(Tuple.of(PgHistoryRetention.slotOf(question.day()), question.day()))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.succeededFuture()
                    : Future.failedFuture(expired(question.day())));
  }

  private Optional<Buffer> part(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return Optional.empty();
    }
    Buffer part = Buffer.buffer();
    for (Row row : rows) {
      after = new Place(row.getString("device_id"), row.getOffsetDateTime("at").toInstant());
      if (row.getBoolean("shown")) {
        part.appendBytes(Json.write(new Line(after.device(), after.at(), row.getString("metrics"))))
            .appendByte((byte) '\n');
      }
    }
    return Optional.of(part);
  }
}
