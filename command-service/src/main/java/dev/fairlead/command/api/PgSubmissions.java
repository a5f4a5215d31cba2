package dev.fairlead.command.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.schema.JsonSchema;
import dev.fairlead.bus.schema.SchemaProblems;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.command.api.NewCommand.Idempotency;
import dev.fairlead.command.api.Submission.Accepted;
import dev.fairlead.command.api.Submission.Repeated;
import dev.fairlead.command.device.PgTypes;
import dev.fairlead.command.dispatch.Delivery;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.lifecycle.CommandEdit;
import dev.fairlead.command.lifecycle.CommandHead;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.command.lifecycle.HistoryEntry;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.command.lifecycle.PgCommandRows;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.session.LiveSession;
import dev.fairlead.command.session.PgDeviceQueues;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes new commands down. One for a device that is there, with nothing that stands before it, is
/// written as `sent` in the same transaction, so that it can go out right after the commit.
public final class PgSubmissions {

  private static final Duration IDEMPOTENCY_WINDOW = Duration.ofHours(24);
  private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(5);

  private static final JsonNode NO_BODY = NullNode.getInstance();

  private final Pool pool;
  private final PgCommandStore commands;
  private final PgTypes types;
  private final CommandSettings settings;

  /// @param pool of the schema `command`
  /// @param types whose schemas bodies must keep to
  public PgSubmissions(
      Pool pool, PgCommandStore commands, PgTypes types, CommandSettings settings) {
    this.pool = pool;
    this.commands = commands;
    this.types = types;
    this.settings = settings;
  }

  /// What a device has unfinished.
  ///
  /// @param unfinished how many commands
  /// @param blocked whether the new one has to wait for one of them
  private record Queue(int unfinished, boolean blocked, Instant now) {}

  /// Writes a command down.
  ///
  /// @param act for the audit
  /// @return fails with `device-not-found`, `too-many-requests`, `idempotency-conflict` or
  ///     `schema-violation`
  Future<Submission> submit(NewCommand wanted, Act act) {
    return pool.withTransaction(transaction -> submit(transaction, wanted, act))
        .map(Objects::requireNonNull);
  }

  private Future<Submission> submit(SqlConnection transaction, NewCommand wanted, Act act) {
    return lock(transaction, wanted)
        .compose(
            session ->
                earlier(transaction, wanted)
                    .compose(
                        earlier ->
                            earlier.isPresent()
                                ? Future.succeededFuture(earlier.get())
                                : accept(transaction, wanted, session)
                                    .compose(
                                        accepted ->
                                            PgAudit.append(
                                                    transaction,
                                                    act,
                                                    CommandRoutes.PATH + wanted.id())
                                                .map(accepted))));
  }

  private Future<Optional<LiveSession>> lock(SqlConnection transaction, NewCommand wanted) {
    return transaction
        .preparedQuery(
            """
            select q.session_id, q.address
            from device_queue q
            join device d on d.tenant = q.tenant and d.device_id = q.device_id
            where q.tenant = $1 and q.device_id = $2
            for update of q
            """)
        .execute(Tuple.of(wanted.device().tenant().value(), wanted.device().device().value()))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.failedFuture(CommandProblems.deviceNotFound(wanted.device().device()))
                    : Future.succeededFuture(PgDeviceQueues.session(rows.iterator().next())));
  }

  /// Takes the key, unless a request of the last 24 hours has it.
  private Future<Optional<Submission>> earlier(SqlConnection transaction, NewCommand wanted) {
    if (wanted.idempotency().isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    Idempotency idempotency = wanted.idempotency().get();
    return transaction
        .preparedQuery(
            """
            insert into idempotency (tenant, key, request_sha256, command_id, created_at)
            values ($1, $2, $3, $4, now())
            on conflict (tenant, key) do update set
              request_sha256 = excluded.request_sha256, command_id = excluded.command_id,
              created_at = now()
            where idempotency.created_at < now() - make_interval(secs => $5)
            returning command_id
            """)
        .execute(
            Tuple.of(
                wanted.device().tenant().value(),
                idempotency.key(),
                Buffer.buffer(idempotency.requestSha256()),
                wanted.id().value(),
                (double) IDEMPOTENCY_WINDOW.toSeconds()))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture(Optional.empty())
                    : known(transaction, wanted, idempotency));
  }

  private Future<Optional<Submission>> known(
      SqlConnection transaction, NewCommand wanted, Idempotency idempotency) {
    return transaction
        .preparedQuery(
            "select request_sha256, command_id from idempotency where tenant = $1 and key = $2")
        .execute(Tuple.of(wanted.device().tenant().value(), idempotency.key()))
        .compose(
            rows -> {
              Row row = rows.iterator().next();
              return Arrays.equals(
                      row.getBuffer("request_sha256").getBytes(), idempotency.requestSha256())
                  ? Future.succeededFuture(
                      Optional.of(new Repeated(new CommandId(row.getUUID("command_id")))))
                  : Future.failedFuture(
                      Problem.of(
                              ProblemType.IDEMPOTENCY_CONFLICT,
                              "This Idempotency-Key came with another request within 24 hours.")
                          .exception());
            });
  }

  private Future<Submission> accept(
      SqlConnection transaction, NewCommand wanted, Optional<LiveSession> session) {
    return check(transaction, wanted)
        .compose(_ -> supersede(transaction, wanted))
        .compose(
            superseded ->
                queue(transaction, wanted)
                    .compose(
                        queue ->
                            queue.unfinished() >= settings.queueMax()
                                ? Future.failedFuture(full())
                                : write(
                                    transaction,
                                    wanted,
                                    session.filter(_ -> !queue.blocked()),
                                    queue,
                                    superseded)));
  }

  /// Cancels those that wait and whose place the new one takes.
  private Future<List<CommandId>> supersede(SqlConnection transaction, NewCommand wanted) {
    return wanted.order().supersedes().isEmpty()
        ? Future.succeededFuture(List.of())
        : PgCommandRows.now(transaction)
            .compose(
                now ->
                    commands.supersede(
                        transaction,
                        wanted.device(),
                        wanted.order().supersedes().get(),
                        now,
                        "superseded by " + wanted.id()))
            .map(ended -> ended.stream().map(CommandHead::id).toList());
  }

  /// A command without a body is checked as one whose body is null.
  private Future<Void> check(SqlConnection transaction, NewCommand wanted) {
    return types
        .schema(transaction, wanted.device(), wanted.kind())
        .compose(
            schema -> {
              List<Violation> violations =
                  schema.isEmpty() ? List.of() : violations(schema.get(), wanted.body());
              return violations.isEmpty()
                  ? Future.succeededFuture()
                  : Future.failedFuture(
                      SchemaProblems.violation("The body of the command", violations));
            });
  }

  private static List<Violation> violations(JsonSchema schema, Optional<Payload> body) {
    return body.isEmpty()
        ? schema.check(NO_BODY)
        : json(body.get())
            .map(schema::check)
            .orElse(List.of(new Violation("", "must be JSON: its type has a schema for it")));
  }

  /// Bytes need not be what their media type says.
  private static Optional<JsonNode> json(Payload body) {
    if (!body.contentType().equals(Payload.JSON)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.mapper().readTree(body.bytes()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Throwable full() {
    return Problem.of(
            ProblemType.TOO_MANY_REQUESTS,
            "The device has " + settings.queueMax() + " unfinished commands; it takes no more.")
        .with("limit", settings.queueMax())
        .retryAfter(FULL_RETRY_AFTER)
        .exception();
  }

  /// A statement of its own, after the lock: it must see what the last holder wrote.
  private Future<Queue> queue(SqlConnection transaction, NewCommand wanted) {
    return transaction
        .preparedQuery(
            """
            select count(*)::integer as unfinished, now() as now,
              case when $3 then coalesce(bool_or(ordered), false)
                else coalesce(bool_or(waiting and not ordered), false)
                  or count(*) filter (where not waiting and not ordered) >= $4 end as blocked
            from (
              select ordered, waiting
              from command
              where tenant = $1 and device_id = $2 and final_at is null
              limit $5) as unfinished
            """)
        .execute(
            Tuple.of(
                wanted.device().tenant().value(),
                wanted.device().device().value(),
                wanted.order().ordered(),
                settings.concurrentMax(),
                settings.queueMax()))
        .map(
            rows -> {
              Row row = rows.iterator().next();
              return new Queue(
                  row.getInteger("unfinished"),
                  row.getBoolean("blocked"),
                  PgCommandRows.instant(row, "now"));
            });
  }

  private Future<Submission> write(
      SqlConnection transaction,
      NewCommand wanted,
      Optional<LiveSession> to,
      Queue queue,
      List<CommandId> superseded) {
    CommandHead queued =
        new CommandHead(
            wanted.id(),
            wanted.device(),
            CommandState.QUEUED,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0);
    CommandEdit edit = new CommandEdit(queued);
    Instant leaseUntil = queue.now().plus(settings.lease());
    to.ifPresent(
        session ->
            edit.sent(
                queue.now(),
                session.session().value(),
                session.address().gateway(),
                leaseUntil,
                Optional.empty()));
    Command command = command(wanted, edit, queue.now());
    Instant dueAt = to.isPresent() ? leaseUntil : queue.now();
    return commands
        .insert(transaction, command, edit.after())
        .compose(_ -> look(transaction, wanted, dueAt))
        .map(
            _ ->
                new Accepted(
                    command,
                    to.map(session -> delivery(wanted, session, edit.after().attempt())),
                    superseded));
  }

  private static Command command(NewCommand wanted, CommandEdit edit, Instant now) {
    List<HistoryEntry> history = new ArrayList<>();
    history.add(
        new HistoryEntry(
            CommandState.QUEUED,
            now,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false));
    history.addAll(edit.entries());
    return new Command(
        wanted.id(),
        wanted.device(),
        0,
        wanted.kind(),
        wanted.body(),
        edit.after().state(),
        edit.after().attempt(),
        wanted.order(),
        wanted.deadline(),
        wanted.notifying(),
        now,
        Optional.empty(),
        Optional.empty(),
        history);
  }

  private static Delivery delivery(NewCommand wanted, LiveSession session, int attempt) {
    return new Delivery(
        wanted.id(),
        wanted.device(),
        session,
        wanted.kind(),
        wanted.deadline(),
        attempt,
        wanted.body());
  }

  private static Future<@Nullable Void> look(
      SqlConnection transaction, NewCommand wanted, Instant dueAt) {
    return transaction
        .preparedQuery(
            """
            update device_queue set due_at = least(coalesce(due_at, 'infinity'), $3)
            where tenant = $1 and device_id = $2
            """)
        .execute(
            Tuple.of(
                wanted.device().tenant().value(),
                wanted.device().device().value(),
                PgCommandRows.time(dueAt)))
        .mapEmpty();
  }
}
