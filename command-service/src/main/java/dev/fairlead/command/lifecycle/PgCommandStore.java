package dev.fairlead.command.lifecycle;

import static dev.fairlead.command.lifecycle.PgCommandRows.bytes;
import static dev.fairlead.command.lifecycle.PgCommandRows.column;
import static dev.fairlead.command.lifecycle.PgCommandRows.text;
import static dev.fairlead.command.lifecycle.PgCommandRows.times;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.session.PgDeviceQueues;
import dev.fairlead.command.session.ReturnPace;
import dev.fairlead.runtime.tracing.TraceContext;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// The rows of commands. Whatever changes one is computed by [CommandEdit] under the lock of the
/// device's row and written here by compare-and-set.
public final class PgCommandStore {

  static final String COLUMNS =
      """
      id, sequence, tenant, device_id, kind, content_type, body, state, attempt, deadline,
      created_at, result_status, result_reason, result_content_type, result_body, history,
      ordered, priority, supersedes, notify, correlation, progress_at, progress_content_type,
      progress_body
      """;

  private final Pool pool;
  private final ReturnPace pace;
  private volatile Runnable told = () -> {};

  /// @param pool of the schema `command`
  /// @param pace at which devices are looked at where others wait
  public PgCommandStore(Pool pool, ReturnPace pace) {
    this.pool = pool;
    this.pace = pace;
  }

  /// Is told after the commit of a transaction that put ends into the outbox.
  public void onTold(Runnable listener) {
    told = listener;
  }

  /// What decides about these commands; those that do not exist are left out. To be called under
  /// the locks of their devices.
  public Future<Map<CommandId, CommandHead>> heads(
      SqlConnection transaction, Collection<CommandId> ids) {
    return transaction
        .preparedQuery(
            """
            select id, tenant, device_id, state, attempt, session_id, gateway, lease_until, late
            from command where id = any($1)
            """)
        .execute(Tuple.of(ids.stream().map(CommandId::value).toArray(UUID[]::new)))
        .map(
            rows -> {
              Map<CommandId, CommandHead> heads = HashMap.newHashMap(rows.size());
              for (Row row : rows) {
                CommandHead head = PgCommandRows.head(row);
                heads.put(head.id(), head);
              }
              return heads;
            });
  }

  /// The traces that commands are steps of, of those that are steps of one.
  public Future<Map<CommandId, TraceContext>> traces(
      SqlConnection transaction, Collection<CommandId> ids) {
    return transaction
        .preparedQuery("select id, trace from command where id = any($1) and trace is not null")
        .execute(Tuple.of(ids.stream().map(CommandId::value).toArray(UUID[]::new)))
        .map(
            rows -> {
              Map<CommandId, TraceContext> traces = new HashMap<>();
              for (Row row : rows) {
                TraceContext.ofText(row.getString("trace"))
                    .ifPresent(trace -> traces.put(new CommandId(row.getUUID("id")), trace));
              }
              return traces;
            });
  }

  /// Writes what happened to commands. Devices where one has ended are looked at again where others
  /// wait, and ends that are to be told are put into the outbox.
  ///
  /// @return fails when a row is not as its edit began: the transaction must roll back and be tried
  ///     again
  public Future<Void> write(SqlConnection transaction, Collection<CommandEdit> edits) {
    return Future.all(
            writeUncounted(transaction, edits),
            PgTenantQueues.add(
                transaction,
                List.of(),
                edits.stream()
                    .filter(CommandEdit::isEnding)
                    .map(edit -> edit.before().device())
                    .toList()))
        .mapEmpty();
  }

  private Future<Void> writeUncounted(SqlConnection transaction, Collection<CommandEdit> edits) {
    List<CommandEdit> changed = edits.stream().filter(CommandEdit::isChanged).toList();
    if (changed.isEmpty()) {
      return Future.succeededFuture();
    }
    List<DeviceKey> ended =
        changed.stream().filter(CommandEdit::isEnding).map(edit -> edit.before().device()).toList();
    return transaction
        .preparedQuery(
            """
            update command set
              state = given.state, attempt = given.attempt, session_id = given.session_id,
              gateway = given.gateway, lease_until = given.lease_until, late = given.late,
              result_status = coalesce(given.result_status, command.result_status),
              result_reason = coalesce(given.result_reason, command.result_reason),
              result_content_type =
                coalesce(given.result_content_type, command.result_content_type),
              result_body = coalesce(given.result_body, command.result_body),
              final_at = case when given.is_final then coalesce(command.final_at, now()) end,
              history =
                (case when jsonb_array_length(command.history) >= $19 then command.history - 1
                      else command.history end) || given.history::jsonb,
              progress_at = coalesce(given.progress_at, command.progress_at),
              progress_content_type = case when given.progress_at is null
                then command.progress_content_type else given.progress_content_type end,
              progress_body = case when given.progress_at is null
                then command.progress_body else given.progress_body end,
              steps = case when jsonb_array_length(given.history::jsonb) = 0 then command.steps
                else (case when cardinality(command.steps) >= $19 then command.steps[2:]
                           else command.steps end)
                  || greatest(pg_current_xact_id(), command.steps[cardinality(command.steps)]) end
            from unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::integer[],
              $6::text[], $7::text[], $8::timestamptz[], $9::integer[], $10::text[], $11::text[],
              $12::text[], $13::bytea[], $14::boolean[], $15::text[], $16::timestamptz[],
              $17::text[], $18::bytea[])
              as given (id, was_state, was_attempt, state, attempt, session_id, gateway,
                lease_until, late, result_status, result_reason, result_content_type, result_body,
                is_final, history, progress_at, progress_content_type, progress_body)
            where command.id = given.id and command.state = given.was_state
              and command.attempt = given.was_attempt
            returning command.id, command.correlation,
              case when given.is_final and command.notify then command.kind end as kind_to_tell
            """)
        .execute(changes(changed).addInteger(CommandEdit.HISTORY_MAX))
        .compose(
            rows ->
                rows.rowCount() == changed.size()
                    ? Future.all(
                        PgCommandEnds.tell(transaction, changed, rows, told),
                        PgCommandChanges.append(transaction, steps(changed)),
                        PgDeviceQueues.look(transaction, ended.stream().distinct().toList(), pace))
                    : Future.failedFuture(
                        new IllegalStateException("a command was changed by somebody else")))
        .mapEmpty();
  }

  private static List<PgCommandChanges.Steps> steps(Collection<CommandEdit> edits) {
    return edits.stream()
        .map(edit -> new PgCommandChanges.Steps(edit.before().id(), edit.entries()))
        .toList();
  }

  private static Tuple changes(List<CommandEdit> edits) {
    List<CommandHead> before = edits.stream().map(CommandEdit::before).toList();
    List<CommandHead> after = edits.stream().map(CommandEdit::after).toList();
    return Tuple.tuple()
        .addArrayOfUUID(column(before, UUID[]::new, head -> head.id().value()))
        .addArrayOfString(text(before, head -> head.state().word()))
        .addArrayOfInteger(column(before, Integer[]::new, CommandHead::attempt))
        .addArrayOfString(text(after, head -> head.state().word()))
        .addArrayOfInteger(column(after, Integer[]::new, CommandHead::attempt))
        .addArrayOfString(text(after, head -> head.session().orElse(null)))
        .addArrayOfString(text(after, head -> head.gateway().orElse(null)))
        .addArrayOfOffsetDateTime(
            times(after, head -> head.leaseUntil().map(PgCommandRows::time).orElse(null)))
        .addArrayOfInteger(column(after, Integer[]::new, CommandHead::late))
        .addArrayOfString(
            text(
                edits,
                edit -> edit.result().map(result -> result.outcome().state().word()).orElse(null)))
        .addArrayOfString(
            text(edits, edit -> edit.result().flatMap(CommandResult::reason).orElse(null)))
        .addArrayOfString(
            text(edits, edit -> answered(edit).map(Payload::contentType).orElse(null)))
        .addArrayOfBuffer(column(edits, Buffer[]::new, edit -> bytes(answered(edit))))
        .addArrayOfBoolean(column(after, Boolean[]::new, head -> head.state().isFinal()))
        .addArrayOfString(text(edits, edit -> PgHistory.write(edit.entries()).encode()))
        .addArrayOfOffsetDateTime(
            times(
                edits,
                edit ->
                    edit.progress().map(CommandProgress::at).map(PgCommandRows::time).orElse(null)))
        .addArrayOfString(text(edits, edit -> said(edit).map(Payload::contentType).orElse(null)))
        .addArrayOfBuffer(column(edits, Buffer[]::new, edit -> bytes(said(edit))));
  }

  private static Optional<Payload> answered(CommandEdit edit) {
    return edit.result().flatMap(CommandResult::payload);
  }

  private static Optional<Payload> said(CommandEdit edit) {
    return edit.progress().flatMap(CommandProgress::payload);
  }

  /// A tenant's command.
  public Future<Optional<Command>> find(String tenant, CommandId id) {
    return pool.preparedQuery("select " + COLUMNS + " from command where tenant = $1 and id = $2")
        .execute(Tuple.of(tenant, id.value()))
        .map(PgCommandStore::commands)
        .map(found -> found.stream().findFirst());
  }

  /// A device's commands, newest first: none of a device that is no more, nor of one that had the
  /// id before.
  ///
  /// @param state only those in it
  /// @param before only those older than this place in the order
  /// @param limit at most so many
  public Future<List<Command>> list(
      DeviceKey device, Optional<CommandState> state, long before, int limit) {
    return pool.preparedQuery(
            "select "
                + COLUMNS
                + """
                 from command
                where tenant = $1 and device_id = $2 and sequence < $3
                  and sequence > (
                    select after_sequence from device where tenant = $1 and device_id = $2)
                  and ($4::text is null or state = $4)
                order by sequence desc
                limit $5
                """)
        .execute(
            Tuple.of(
                device.tenant().value(),
                device.device().value(),
                before,
                state.map(CommandState::word).orElse(null),
                limit))
        .map(PgCommandStore::commands);
  }

  static List<Command> commands(RowSet<Row> rows) {
    List<Command> commands = new ArrayList<>(rows.size());
    for (Row row : rows) {
      commands.add(PgCommandRows.command(row));
    }
    return commands;
  }

  /// Ends all unfinished commands of a device whose row is locked.
  ///
  /// @return those that were ended, as they were
  public Future<List<CommandHead>> cancelAll(
      SqlConnection transaction, DeviceKey device, Instant at, String reason) {
    return transaction
        .preparedQuery(
            """
            select id, tenant, device_id, state, attempt, session_id, gateway, lease_until, late
            from command where tenant = $1 and device_id = $2 and final_at is null
            """)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(rows -> cancel(transaction, rows, at, reason));
  }

  /// A command that takes the place of those of its device and key that wait.
  ///
  /// @param by the id of the new one
  public record Superseding(DeviceKey device, String key, CommandId by) {}

  /// Ends the commands that wait and whose place others take. To be called under the locks of their
  /// devices, of which each comes once.
  ///
  /// @return those that were ended, by the id of the one in their place; to be counted with the new
  ///     ones by [PgNewCommands#insert]
  public Future<Map<CommandId, List<CommandId>>> supersede(
      SqlConnection transaction, List<Superseding> superseding, Instant at) {
    if (superseding.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    return transaction
        .preparedQuery(
            """
            select id, c.tenant, c.device_id, state, attempt, session_id, gateway, lease_until,
              late, made
            from unnest($1::text[], $2::text[], $3::text[], $4::uuid[])
              as given (tenant, device_id, supersedes, made)
            join command c on c.tenant = given.tenant and c.device_id = given.device_id
              and c.supersedes = given.supersedes and c.waiting
            """)
        .execute(
            Tuple.tuple()
                .addArrayOfString(text(superseding, each -> each.device().tenant().value()))
                .addArrayOfString(text(superseding, each -> each.device().device().value()))
                .addArrayOfString(text(superseding, Superseding::key))
                .addArrayOfUUID(column(superseding, UUID[]::new, each -> each.by().value())))
        .compose(
            rows -> {
              List<CommandEdit> edits = new ArrayList<>(rows.size());
              Map<CommandId, List<CommandId>> superseded = new HashMap<>();
              for (Row row : rows) {
                CommandId by = new CommandId(row.getUUID("made"));
                CommandEdit edit = cancelled(row, at, "superseded by " + by);
                edits.add(edit);
                superseded.computeIfAbsent(by, _ -> new ArrayList<>()).add(edit.before().id());
              }
              return writeUncounted(transaction, edits).map(superseded);
            });
  }

  private Future<List<CommandHead>> cancel(
      SqlConnection transaction, RowSet<Row> rows, Instant at, String reason) {
    List<CommandEdit> edits = new ArrayList<>(rows.size());
    for (Row row : rows) {
      edits.add(cancelled(row, at, reason));
    }
    return write(transaction, edits).map(edits.stream().map(CommandEdit::before).toList());
  }

  private static CommandEdit cancelled(Row row, Instant at, String reason) {
    CommandEdit edit = new CommandEdit(PgCommandRows.head(row));
    edit.ended(new CommandEvent.Cancelled(), at, reason);
    return edit;
  }
}
