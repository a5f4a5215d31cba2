package dev.fairlead.command.lifecycle;

import static dev.fairlead.command.lifecycle.PgCommandRows.bytes;
import static dev.fairlead.command.lifecycle.PgCommandRows.column;
import static dev.fairlead.command.lifecycle.PgCommandRows.text;
import static dev.fairlead.command.lifecycle.PgCommandRows.time;
import static dev.fairlead.command.lifecycle.PgCommandRows.times;

import dev.fairlead.command.lifecycle.PgCommandChanges.Steps;
import dev.fairlead.runtime.tracing.TraceContext;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Writes new commands down.
public final class PgNewCommands {

  private PgNewCommands() {}

  /// A command that is new.
  ///
  /// @param head what decides about it from now on
  /// @param batch the request that it was made by, together with others
  /// @param trace that it is a step of
  /// @param superseded how many commands were ended for it
  /// @param dueAt when its device is to be looked at for something to send
  public record Fresh(
      Command command,
      CommandHead head,
      Optional<UUID> batch,
      Optional<TraceContext> trace,
      int superseded,
      Instant dueAt) {

    private Optional<String> supersedes() {
      return command.order().supersedes();
    }
  }

  /// Puts commands in, in this order, under the locks of their devices, of which each comes once.
  public static Future<Void> insert(SqlConnection transaction, List<Fresh> commands) {
    if (commands.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            with given as (
              select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],
                $6::bytea[], $7::text[], $8::integer[], $9::timestamptz[], $10::timestamptz[],
                $11::text[], $12::text[], $13::timestamptz[], $14::text[], $15::boolean[],
                $16::smallint[], $17::text[], $18::uuid[], $19::timestamptz[], $20::boolean[],
                $21::text[], $22::text[])
              with ordinality as given (id, tenant, device_id, kind, content_type, body, state,
                attempt, deadline, created_at, session_id, gateway, lease_until, history, ordered,
                priority, supersedes, batch_id, due_at, notify, trace, correlation,
                place)
            ), looked as (
              update device_queue q set due_at = least(coalesce(q.due_at, 'infinity'), given.due_at)
              from given where q.tenant = given.tenant and q.device_id = given.device_id
            )
            insert into command (id, tenant, device_id, kind, content_type, body, state, attempt,
              deadline, created_at, session_id, gateway, lease_until, history, ordered, priority,
              supersedes, batch_id, notify, trace, correlation)
            select id, tenant, device_id, kind, content_type, body, state, attempt,
              deadline, created_at, session_id, gateway, lease_until, history::jsonb, ordered,
              priority, supersedes, batch_id, notify, trace, correlation
            from given
            order by place
            """)
        .execute(rows(commands))
        .compose(
            _ ->
                Future.all(
                    PgCommandChanges.append(
                        transaction,
                        commands.stream()
                            .map(Fresh::command)
                            .map(command -> new Steps(command.id(), command.history()))
                            .toList()),
                    PgTenantQueues.add(
                        transaction,
                        commands.stream().map(fresh -> fresh.command().device()).toList(),
                        commands.stream()
                            .flatMap(
                                fresh ->
                                    Collections.nCopies(
                                        fresh.superseded(), fresh.command().device())
                                        .stream())
                            .toList())))
        .mapEmpty();
  }

  private static Tuple rows(List<Fresh> commands) {
    return Tuple.tuple()
        .addArrayOfUUID(column(commands, UUID[]::new, fresh -> fresh.command().id().value()))
        .addArrayOfString(text(commands, fresh -> fresh.command().device().tenant().value()))
        .addArrayOfString(text(commands, fresh -> fresh.command().device().device().value()))
        .addArrayOfString(text(commands, fresh -> fresh.command().kind()))
        .addArrayOfString(
            text(
                commands,
                fresh -> fresh.command().body().map(Payload::contentType).orElse(Payload.JSON)))
        .addArrayOfBuffer(column(commands, Buffer[]::new, fresh -> bytes(fresh.command().body())))
        .addArrayOfString(text(commands, fresh -> fresh.head().state().word()))
        .addArrayOfInteger(column(commands, Integer[]::new, fresh -> fresh.head().attempt()))
        .addArrayOfOffsetDateTime(times(commands, fresh -> time(fresh.command().deadline())))
        .addArrayOfOffsetDateTime(times(commands, fresh -> time(fresh.command().createdAt())))
        .addArrayOfString(text(commands, fresh -> fresh.head().session().orElse(null)))
        .addArrayOfString(text(commands, fresh -> fresh.head().gateway().orElse(null)))
        .addArrayOfOffsetDateTime(
            times(
                commands, fresh -> fresh.head().leaseUntil().map(PgCommandRows::time).orElse(null)))
        .addArrayOfString(
            text(commands, fresh -> PgHistory.write(fresh.command().history()).encode()))
        .addArrayOfBoolean(
            column(commands, Boolean[]::new, fresh -> fresh.command().order().ordered()))
        .addArrayOfShort(
            column(commands, Short[]::new, fresh -> (short) fresh.command().order().priority()))
        .addArrayOfString(text(commands, fresh -> fresh.supersedes().orElse(null)))
        .addArrayOfUUID(column(commands, UUID[]::new, fresh -> fresh.batch().orElse(null)))
        .addArrayOfOffsetDateTime(times(commands, fresh -> time(fresh.dueAt())))
        .addArrayOfBoolean(column(commands, Boolean[]::new, fresh -> fresh.command().notifying()))
        .addArrayOfString(
            text(commands, fresh -> fresh.trace().map(TraceContext::toText).orElse(null)))
        .addArrayOfString(text(commands, fresh -> fresh.command().correlation().orElse(null)));
  }
}
