package dev.fairlead.command.lifecycle;

import static dev.fairlead.command.lifecycle.PgCommandRows.bytes;
import static dev.fairlead.command.lifecycle.PgCommandRows.time;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.session.PgDeviceQueues;
import io.vertx.core.Future;
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

  private static final String COLUMNS =
      """
      id, sequence, tenant, device_id, kind, content_type, body, state, attempt, deadline,
      created_at, result_status, result_reason, result_content_type, result_body, history,
      ordered, priority, supersedes, progress_at, progress_content_type, progress_body
      """;

  private final Pool pool;

  /// @param pool of the schema `command`
  public PgCommandStore(Pool pool) {
    this.pool = pool;
  }

  /// Puts a command in.
  ///
  /// @param head what decides about it from now on
  /// @return its place in the order of commands
  public Future<Long> insert(SqlConnection transaction, Command command, CommandHead head) {
    return transaction
        .preparedQuery(
            """
            insert into command (id, tenant, device_id, kind, content_type, body, state, attempt,
              deadline, created_at, session_id, gateway, lease_until, history, ordered, priority,
              supersedes)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15, $16, $17)
            returning sequence
            """)
        .execute(
            Tuple.from(
                new Object[] {
                  command.id().value(),
                  command.device().tenant().value(),
                  command.device().device().value(),
                  command.kind(),
                  command.body().map(Payload::contentType).orElse(Payload.JSON),
                  bytes(command.body()),
                  head.state().word(),
                  head.attempt(),
                  time(command.deadline()),
                  time(command.createdAt()),
                  head.session().orElse(null),
                  head.gateway().orElse(null),
                  head.leaseUntil().map(PgCommandRows::time).orElse(null),
                  PgHistory.write(command.history()),
                  command.order().ordered(),
                  (short) command.order().priority(),
                  command.order().supersedes().orElse(null)
                }))
        .map(rows -> rows.iterator().next().getLong("sequence"))
        .compose(
            sequence ->
                PgCommandChanges.append(
                        transaction,
                        List.of(new PgCommandChanges.Steps(command.id(), command.history())))
                    .map(sequence));
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

  /// Writes what happened to commands. Devices where one has ended are looked at again where others
  /// wait.
  ///
  /// @return fails when a row is not as its edit began: the transaction must roll back and be tried
  ///     again
  public Future<Void> write(SqlConnection transaction, Collection<CommandEdit> edits) {
    List<Tuple> changes =
        edits.stream().filter(CommandEdit::isChanged).map(PgCommandStore::change).toList();
    if (changes.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            update command set
              state = $4, attempt = $5, session_id = $6, gateway = $7, lease_until = $8, late = $9,
              result_status = coalesce($10, result_status),
              result_reason = coalesce($11, result_reason),
              result_content_type = coalesce($12, result_content_type),
              result_body = coalesce($13, result_body),
              final_at = case when $14 then coalesce(final_at, now()) end,
              history = (case when jsonb_array_length(history) >= $15 then history - 1
                              else history end) || $16::jsonb,
              progress_at = coalesce($17, progress_at),
              progress_content_type =
                case when $17 is null then progress_content_type else $18 end,
              progress_body = case when $17 is null then progress_body else $19 end,
              steps = case when jsonb_array_length($16::jsonb) = 0 then steps
                else (case when cardinality(steps) >= $15 then steps[2:] else steps end)
                  || greatest(pg_current_xact_id(), steps[cardinality(steps)]) end
            where id = $1 and state = $2 and attempt = $3
            """)
        .executeBatch(changes)
        .compose(PgCommandStore::checkEach)
        .compose(_ -> PgCommandChanges.append(transaction, steps(edits)))
        .compose(
            nothing ->
                PgDeviceQueues.look(
                    transaction,
                    edits.stream()
                        .filter(CommandEdit::isEnding)
                        .map(edit -> edit.before().device())
                        .distinct()
                        .toList()));
  }

  private static List<PgCommandChanges.Steps> steps(Collection<CommandEdit> edits) {
    return edits.stream()
        .map(edit -> new PgCommandChanges.Steps(edit.before().id(), edit.entries()))
        .toList();
  }

  private static Tuple change(CommandEdit edit) {
    CommandHead before = edit.before();
    CommandHead after = edit.after();
    Optional<CommandResult> result = edit.result();
    Optional<Payload> payload = result.flatMap(CommandResult::payload);
    Optional<Payload> said = edit.progress().flatMap(CommandProgress::payload);
    return Tuple.from(
        new Object[] {
          before.id().value(),
          before.state().word(),
          before.attempt(),
          after.state().word(),
          after.attempt(),
          after.session().orElse(null),
          after.gateway().orElse(null),
          after.leaseUntil().map(PgCommandRows::time).orElse(null),
          after.late(),
          result.map(known -> known.outcome().state().word()).orElse(null),
          result.flatMap(CommandResult::reason).orElse(null),
          payload.map(Payload::contentType).orElse(null),
          bytes(payload),
          after.state().isFinal(),
          CommandEdit.HISTORY_MAX,
          PgHistory.write(edit.entries()),
          edit.progress().map(CommandProgress::at).map(PgCommandRows::time).orElse(null),
          said.map(Payload::contentType).orElse(null),
          bytes(said)
        });
  }

  private static Future<Void> checkEach(RowSet<Row> results) {
    for (RowSet<Row> result = results; result != null; result = result.next()) {
      if (result.rowCount() != 1) {
        return Future.failedFuture(
            new IllegalStateException("a command was changed by somebody else meanwhile"));
      }
    }
    return Future.succeededFuture();
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

  private static List<Command> commands(RowSet<Row> rows) {
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

  /// Ends the commands of a device that wait and whose place one of this key takes. To be called
  /// under the lock of the device.
  ///
  /// @return those that were ended, as they were
  public Future<List<CommandHead>> supersede(
      SqlConnection transaction, DeviceKey device, String key, Instant at, String reason) {
    return transaction
        .preparedQuery(
            """
            select id, tenant, device_id, state, attempt, session_id, gateway, lease_until, late
            from command
            where tenant = $1 and device_id = $2 and supersedes = $3 and waiting
            """)
        .execute(Tuple.of(device.tenant().value(), device.device().value(), key))
        .compose(rows -> cancel(transaction, rows, at, reason));
  }

  private Future<List<CommandHead>> cancel(
      SqlConnection transaction, RowSet<Row> rows, Instant at, String reason) {
    List<CommandEdit> edits = new ArrayList<>(rows.size());
    for (Row row : rows) {
      CommandEdit edit = new CommandEdit(PgCommandRows.head(row));
      edit.ended(new CommandEvent.Cancelled(), at, reason);
      edits.add(edit);
    }
    return write(transaction, edits).map(edits.stream().map(CommandEdit::before).toList());
  }
}
