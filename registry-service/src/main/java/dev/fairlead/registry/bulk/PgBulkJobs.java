package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Jobs in PostgreSQL. How far one has come is written by whoever brings it there.
final class PgBulkJobs {

  /// How many unfinished imports, and patches, a tenant may have.
  static final int OPEN_MAX = 10;

  /// How many errors of a job are kept; all are counted.
  static final int ERRORS_MAX = 100_000;

  private static final String COLUMNS =
      """
      tenant, id, kind, state, spec::text as spec, group_id, actor, actor_role, address, created_at,
      updated_at, finished_at, problem, bytes, lines, columns::text as columns, cursor, rows,
      created, updated, unchanged, failed
      """;

  private static final TypeReference<List<String>> TEXTS = new TypeReference<>() {};

  private final Pool pool;

  PgBulkJobs(Pool pool) {
    this.pool = pool;
  }

  /// Makes a job.
  ///
  /// @param act for the audit
  /// @param made what the audit is to name
  /// @return fails with the problem `quota-exceeded`
  Future<BulkJob> create(BulkJob job, Act act, String made) {
    return PgTenants.required(
        job.tenant(),
        pool.withTransaction(
                transaction ->
                    requireRoom(transaction, job)
                        .compose(nothing -> insert(transaction, job))
                        .compose(nothing -> PgAudit.append(transaction, act, made))
                        .map(job))
            .map(Objects::requireNonNull));
  }

  /// Two that come at once may both pass: the bound is no exact one.
  private static Future<Void> requireRoom(SqlConnection transaction, BulkJob job) {
    return transaction
        .preparedQuery(
            """
            select count(*) as open from bulk_job
            where tenant = $1 and kind = $2 and state = 'open'
            """)
        .execute(Tuple.of(job.tenant().value(), job.kind().word()))
        .compose(
            rows ->
                rows.iterator().next().getLong("open") < OPEN_MAX
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new ProblemException(
                            ProblemType.QUOTA_EXCEEDED,
                            "A tenant may have "
                                + OPEN_MAX
                                + " unfinished ones. Bring one to its end, or cancel it.")));
  }

  private static Future<Void> insert(SqlConnection transaction, BulkJob job) {
    return transaction
        .preparedQuery(
            """
            insert into bulk_job (tenant, id, kind, spec, group_id, actor, actor_role, address,
              created_at, updated_at)
            values ($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8, $9, $9)
            """)
        .execute(
            Tuple.of(
                job.tenant().value(),
                job.id(),
                job.kind().word(),
                job.spec().toString(),
                job.group().orElse(null),
                job.actor().id(),
                job.actor().role(),
                job.actor().address(),
                PgColumns.parameter(job.createdAt())))
        .mapEmpty();
  }

  /// A place in a list of jobs.
  record Place(Instant createdAt, String id) {}

  /// Jobs, the newest first.
  ///
  /// @param group only what keys for this group have asked for
  /// @param before the place before the first
  Future<List<BulkJob>> list(
      TenantId tenant,
      BulkJob.Kind kind,
      Optional<String> group,
      Optional<Place> before,
      int limit) {
    return pool.preparedQuery(
            "select "
                + COLUMNS
                + """
                 from bulk_job
                where tenant = $1 and kind = $2 and ($3::text is null or group_id = $3)
                  and ($4::timestamptz is null or (created_at, id) < ($4, $5))
                order by created_at desc, id desc
                limit $6
                """)
        .execute(
            Tuple.of(
                tenant.value(),
                kind.word(),
                group.orElse(null),
                before.map(place -> PgColumns.parameter(place.createdAt())).orElse(null),
                before.map(Place::id).orElse(""),
                limit))
        .map(
            rows -> {
              List<BulkJob> jobs = new ArrayList<>(rows.size());
              rows.forEach(row -> jobs.add(job(row)));
              return jobs;
            });
  }

  /// A job.
  ///
  /// @param group that the caller is kept to
  /// @return fails with the problem `bulk-job-not-found`
  Future<BulkJob> get(TenantId tenant, BulkJob.Kind kind, String id, Optional<String> group) {
    return get(pool, tenant, kind, id, group, "");
  }

  private static Future<BulkJob> get(
      SqlClient client,
      TenantId tenant,
      BulkJob.Kind kind,
      String id,
      Optional<String> group,
      String lock) {
    return client
        .preparedQuery(
            "select "
                + COLUMNS
                + " from bulk_job where tenant = $1 and kind = $2 and id = $3"
                + " and ($4::text is null or group_id = $4)"
                + lock)
        .execute(Tuple.of(tenant.value(), kind.word(), id, group.orElse(null)))
        .compose(rows -> single(id, rows));
  }

  private static Future<BulkJob> single(String id, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(job(rows.iterator().next()))
        : Future.failedFuture(
            new ProblemException(ProblemType.BULK_JOB_NOT_FOUND, "There is no job '" + id + "'."));
  }

  /// A job that nobody else takes on until the transaction ends.
  ///
  /// @return fails with the problems `bulk-job-not-found` and `bulk-job-final`
  static Future<BulkJob> lock(
      SqlConnection transaction, TenantId tenant, BulkJob.Kind kind, String id) {
    return get(transaction, tenant, kind, id, Optional.empty(), " for update")
        .compose(
            job ->
                job.isOpen()
                    ? Future.succeededFuture(job)
                    : Future.failedFuture(ended(job).exception()));
  }

  /// The problem of a job that is not open any more.
  static Problem ended(BulkJob job) {
    return Problem.of(
        ProblemType.BULK_JOB_FINAL, "The job '" + job.id() + "' is " + job.state().word() + ".");
  }

  /// The patch that was looked at longest ago, of those that nobody else works on.
  static Future<Optional<BulkJob>> nextPatch(SqlConnection transaction) {
    return transaction
        .preparedQuery(
            "select "
                + COLUMNS
                + " from bulk_job where kind = 'patch' and state = 'open'"
                + " order by updated_at limit 1 for update skip locked")
        .execute()
        .map(
            rows -> rows.size() == 0 ? Optional.empty() : Optional.of(job(rows.iterator().next())));
  }

  /// Ends a job before its end; one that has ended stays as it is.
  ///
  /// @param group that the caller is kept to
  /// @return fails with the problem `bulk-job-not-found`
  Future<BulkJob> cancel(
      TenantId tenant, BulkJob.Kind kind, String id, Optional<String> group, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                get(transaction, tenant, kind, id, group, " for update")
                    .compose(
                        job ->
                            job.isOpen()
                                ? transaction
                                    .preparedQuery(
                                        """
                                        update bulk_job
                                        set state = 'cancelled', finished_at = $3, updated_at = $3
                                        where tenant = $1 and id = $2
                                        """)
                                    .execute(Tuple.of(tenant.value(), id, PgColumns.parameter(now)))
                                    .compose(rows -> PgAudit.append(transaction, act))
                                    .compose(
                                        audited -> get(transaction, tenant, kind, id, group, ""))
                                : Future.succeededFuture(job)))
        .map(Objects::requireNonNull);
  }

  /// Writes down how far a job has come.
  ///
  /// @param job as [#lock] gave it
  /// @param after how it stands now
  /// @param done what was done meanwhile
  /// @param errors what could not be done
  static Future<Void> advance(
      SqlConnection transaction,
      BulkJob job,
      BulkJob.Standing after,
      BulkCounts done,
      List<BulkError> errors) {
    return transaction
        .preparedQuery(
            """
            update bulk_job
            set state = $3, updated_at = $4, finished_at = $5, bytes = $6, lines = $7,
              columns = $8::text::jsonb, cursor = $9, rows = rows + $10, created = created + $11,
              updated = updated + $12, unchanged = unchanged + $13, failed = failed + $14,
              problem = $15
            where tenant = $1 and id = $2
            """)
        .execute(
            Tuple.tuple()
                .addString(job.tenant().value())
                .addString(job.id())
                .addString(after.state().word())
                .addOffsetDateTime(PgColumns.parameter(after.at()))
                .addValue(
                    after.state() == BulkJob.State.OPEN ? null : PgColumns.parameter(after.at()))
                .addLong(after.bytes())
                .addLong(after.lines())
                .addString(after.columns().map(PgBulkJobs::text).orElse(null))
                .addString(after.cursor().orElse(null))
                .addLong(done.rows())
                .addLong(done.created())
                .addLong(done.updated())
                .addLong(done.unchanged())
                .addLong(done.failed())
                .addString(after.problem().orElse(null)))
        .compose(rows -> note(transaction, job, errors));
  }

  private static Future<Void> note(SqlConnection transaction, BulkJob job, List<BulkError> errors) {
    long room = Math.max(0, ERRORS_MAX - job.counts().failed());
    List<BulkError> kept = errors.subList(0, (int) Math.min(room, errors.size()));
    if (kept.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            insert into bulk_error (tenant, job_id, number, line, device_id, code, message)
            select $1, $2, $3 + place, line, device_id, code, message
            from unnest($4::bigint[], $5::text[], $6::text[], $7::text[])
              with ordinality as given (line, device_id, code, message, place)
            """)
        .execute(
            Tuple.tuple()
                .addString(job.tenant().value())
                .addString(job.id())
                .addLong(job.counts().failed())
                .addArrayOfLong(
                    kept.stream().map(error -> error.line().orElse(null)).toArray(Long[]::new))
                .addArrayOfString(
                    kept.stream()
                        .map(error -> error.deviceId().orElse(null))
                        .toArray(String[]::new))
                .addArrayOfString(kept.stream().map(BulkError::code).toArray(String[]::new))
                .addArrayOfString(kept.stream().map(BulkError::message).toArray(String[]::new)))
        .mapEmpty();
  }

  /// An error and where it stands in the list.
  record Numbered(long number, BulkError error) {}

  /// What could not be done, in the order in which it was found.
  ///
  /// @param after the number before the first
  Future<List<Numbered>> errors(BulkJob job, long after, int limit) {
    return pool.preparedQuery(
            """
            select number, line, device_id, code, message from bulk_error
            where tenant = $1 and job_id = $2 and number > $3
            order by number
            limit $4
            """)
        .execute(Tuple.of(job.tenant().value(), job.id(), after, limit))
        .map(
            rows -> {
              List<Numbered> errors = new ArrayList<>(rows.size());
              rows.forEach(
                  row ->
                      errors.add(
                          new Numbered(
                              row.getLong("number"),
                              new BulkError(
                                  Optional.ofNullable(row.getLong("line")),
                                  PgColumns.text(row, "device_id"),
                                  row.getString("code"),
                                  row.getString("message")))));
              return errors;
            });
  }

  private static BulkJob job(Row row) {
    TenantId tenant = new TenantId(row.getString("tenant"));
    return new BulkJob(
        tenant,
        row.getString("id"),
        row.getString("kind").equals(BulkJob.Kind.IMPORT.word())
            ? BulkJob.Kind.IMPORT
            : BulkJob.Kind.PATCH,
        BulkJob.State.of(row.getString("state")),
        read(row.getString("spec"), new TypeReference<ObjectNode>() {}),
        PgColumns.text(row, "group_id"),
        new Act.Actor(
            tenant.value(),
            row.getString("actor"),
            row.getString("actor_role"),
            row.getString("address")),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("updated_at").toInstant(),
        PgColumns.time(row, "finished_at"),
        PgColumns.text(row, "problem"),
        row.getLong("bytes"),
        row.getLong("lines"),
        texts(row.getString("columns")),
        PgColumns.text(row, "cursor"),
        new BulkCounts(
            row.getLong("rows"),
            row.getLong("created"),
            row.getLong("updated"),
            row.getLong("unchanged"),
            row.getLong("failed")));
  }

  private static Optional<List<String>> texts(@Nullable String json) {
    return Optional.ofNullable(json).map(text -> read(text, TEXTS));
  }

  private static String text(List<String> texts) {
    return Json.text(texts);
  }

  private static <T> T read(String json, TypeReference<T> type) {
    try {
      return Json.mapper().readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the database holds what is not JSON", e);
    }
  }
}
