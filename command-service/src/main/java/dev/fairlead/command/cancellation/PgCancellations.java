package dev.fairlead.command.cancellation;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.lifecycle.CommandEdit;
import dev.fairlead.command.lifecycle.CommandEvent;
import dev.fairlead.command.lifecycle.CommandHead;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.PgCommandRows;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.command.session.DeviceQueue;
import dev.fairlead.command.session.LiveSession;
import dev.fairlead.command.session.PgDeviceQueues;
import dev.fairlead.runtime.audit.Act;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Takes commands back.
public final class PgCancellations {

  private final Pool pool;
  private final PgCommandStore commands;

  /// @param pool of the schema `command`
  public PgCancellations(Pool pool, PgCommandStore commands) {
    this.pool = pool;
    this.commands = commands;
  }

  /// A command that was cancelled.
  ///
  /// @param session where the device is to be told, if it may have the command
  record Cancelled(CommandId id, DeviceKey device, Optional<LiveSession> session) {}

  /// Some commands of a tenant.
  ///
  /// @param group of whose devices alone
  public record Some(String tenant, Optional<String> group, List<CommandId> ids) {

    /// Copies the ids.
    public Some {
      ids = List.copyOf(ids);
    }
  }

  /// Cancels a command.
  ///
  /// @param by who does, for the history
  /// @param act for the audit
  /// @return fails with `command-final` when the command has ended before
  Future<Cancelled> cancel(Command command, String by, Act act) {
    Set<CommandId> id = Set.of(command.id());
    return pool.withTransaction(
            transaction ->
                end(transaction, Set.of(command.device()), id, by)
                    .compose(ended -> one(transaction, command, ended))
                    .compose(one -> PgAudit.append(transaction, act).map(one)))
        .map(Objects::requireNonNull);
  }

  private Future<Cancelled> one(SqlConnection transaction, Command command, List<Cancelled> ended) {
    return ended.isEmpty()
        ? commands
            .heads(transaction, List.of(command.id()))
            .compose(
                heads ->
                    Future.failedFuture(
                        Optional.ofNullable(heads.get(command.id()))
                            .map(head -> CommandProblems.commandFinal(head.state()))
                            .orElseGet(
                                () -> CommandProblems.commandNotFound(command.id().toString()))))
        : Future.succeededFuture(ended.getFirst());
  }

  /// Cancels all commands of a device that have not ended.
  ///
  /// @param by who does, for the history
  /// @param act for the audit
  Future<List<Cancelled>> cancelAll(DeviceKey device, String by, Act act) {
    return pool.withTransaction(
            transaction ->
                PgDeviceQueues.lock(transaction, List.of(device))
                    .compose(
                        queues ->
                            PgCommandRows.now(transaction)
                                .compose(
                                    now -> commands.cancelAll(transaction, device, now, "by " + by))
                                .map(ended -> cancelled(ended, queues)))
                    .compose(ended -> PgAudit.append(transaction, act).map(ended)))
        .map(Objects::requireNonNull);
  }

  /// Cancels those of some commands that have not ended.
  ///
  /// @param by who does, for the history
  /// @param act for the audit, unless that was done for all
  Future<List<Cancelled>> cancel(Some some, String by, Optional<Act> act) {
    return pool.withTransaction(
            transaction ->
                find(transaction, some, by)
                    .compose(
                        ended ->
                            act.map(known -> PgAudit.append(transaction, known).map(ended))
                                .orElse(Future.succeededFuture(ended))))
        .map(Objects::requireNonNull);
  }

  private Future<List<Cancelled>> find(SqlConnection transaction, Some some, String by) {
    return transaction
        .preparedQuery(
            """
            select c.id, c.tenant, c.device_id
            from command c
            where c.tenant = $1 and c.id = any($2) and c.final_at is null
              and ($3::text is null or exists (
                select from device d
                where d.tenant = c.tenant and d.device_id = c.device_id and $3 = any(d.groups)))
            """)
        .execute(
            Tuple.of(
                some.tenant(),
                some.ids().stream().map(CommandId::value).toArray(UUID[]::new),
                some.group().orElse(null)))
        .compose(
            rows -> {
              Set<DeviceKey> devices = new LinkedHashSet<>();
              Set<CommandId> ids = new LinkedHashSet<>();
              for (Row row : rows) {
                devices.add(DeviceKey.of(row.getString("tenant"), row.getString("device_id")));
                ids.add(new CommandId(row.getUUID("id")));
              }
              return ids.isEmpty()
                  ? Future.succeededFuture(List.of())
                  : end(transaction, devices, ids, by);
            });
  }

  /// @return those that had not ended yet
  private Future<List<Cancelled>> end(
      SqlConnection transaction, Set<DeviceKey> devices, Set<CommandId> ids, String by) {
    return PgDeviceQueues.lock(transaction, devices)
        .compose(
            queues ->
                PgCommandRows.now(transaction)
                    .compose(
                        now ->
                            commands
                                .heads(transaction, ids)
                                .map(heads -> edits(heads.values(), now, by)))
                    .compose(
                        edits ->
                            commands
                                .write(transaction, edits)
                                .map(
                                    cancelled(
                                        edits.stream().map(CommandEdit::before).toList(),
                                        queues))));
  }

  private static List<CommandEdit> edits(Collection<CommandHead> heads, Instant now, String by) {
    List<CommandEdit> edits = new ArrayList<>(heads.size());
    for (CommandHead head : heads) {
      CommandEdit edit = new CommandEdit(head);
      edit.ended(new CommandEvent.Cancelled(), now, "by " + by);
      if (edit.isEnding()) {
        edits.add(edit);
      }
    }
    return edits;
  }

  private static List<Cancelled> cancelled(
      List<CommandHead> ended, Map<DeviceKey, DeviceQueue> queues) {
    return ended.stream()
        .map(
            head ->
                new Cancelled(
                    head.id(),
                    head.device(),
                    queues
                        .getOrDefault(head.device(), DeviceQueue.UNKNOWN)
                        .session()
                        .filter(_ -> head.attempt() > 0)))
        .toList();
  }
}
