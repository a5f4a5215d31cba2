package dev.fairlead.command.api;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.lifecycle.CommandEdit;
import dev.fairlead.command.lifecycle.CommandEvent;
import dev.fairlead.command.lifecycle.CommandHead;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.PgCommandRows;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.session.DeviceQueue;
import dev.fairlead.command.session.LiveSession;
import dev.fairlead.command.session.PgDeviceQueues;
import dev.fairlead.runtime.audit.Act;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// Takes commands back.
public final class PgCancellations {

  private final Pool pool;
  private final PgCommandStore commands;

  /// @param pool of the schema `command`
  public PgCancellations(Pool pool, PgCommandStore commands) {
    this.pool = pool;
    this.commands = commands;
  }

  /// Cancels a command.
  ///
  /// @param by who does, for the history
  /// @param act for the audit
  /// @return where the device is to be told, if it may have the command; fails with `command-final`
  ///     when the command has ended before
  Future<Optional<LiveSession>> cancel(Command command, String by, Act act) {
    return pool.withTransaction(transaction -> cancel(transaction, command, by, act))
        .map(Objects::requireNonNull);
  }

  /// What was cancelled of a device.
  ///
  /// @param commands each, and whether the device may have it
  /// @param session where the device is to be told of those
  record Cancelled(Map<CommandId, Boolean> commands, Optional<LiveSession> session) {

    /// Copies the commands.
    Cancelled {
      commands = Map.copyOf(commands);
    }
  }

  /// Cancels all commands of a device that have not ended.
  ///
  /// @param by who does, for the history
  /// @param act for the audit
  Future<Cancelled> cancelAll(DeviceKey device, String by, Act act) {
    return pool.withTransaction(
            transaction ->
                PgDeviceQueues.lock(transaction, List.of(device))
                    .compose(
                        sessions ->
                            PgCommandRows.now(transaction)
                                .compose(
                                    now -> commands.cancelAll(transaction, device, now, "by " + by))
                                .compose(ended -> PgAudit.append(transaction, act).map(ended))
                                .map(
                                    ended ->
                                        new Cancelled(
                                            ended.stream()
                                                .collect(
                                                    Collectors.toMap(
                                                        CommandHead::id,
                                                        head -> head.attempt() > 0)),
                                            sessions
                                                .getOrDefault(device, DeviceQueue.UNKNOWN)
                                                .session()))))
        .map(Objects::requireNonNull);
  }

  private Future<Optional<LiveSession>> cancel(
      SqlConnection transaction, Command command, String by, Act act) {
    DeviceKey device = command.device();
    return PgDeviceQueues.lock(transaction, List.of(device))
        .compose(
            sessions ->
                commands
                    .heads(transaction, List.of(command.id()))
                    .compose(heads -> end(transaction, command, heads, by))
                    .compose(head -> PgAudit.append(transaction, act).map(head))
                    .map(
                        head ->
                            head.attempt() == 0
                                ? Optional.empty()
                                : sessions.getOrDefault(device, DeviceQueue.UNKNOWN).session()));
  }

  private Future<CommandHead> end(
      SqlConnection transaction, Command command, Map<?, CommandHead> heads, String by) {
    CommandHead head = heads.get(command.id());
    if (head == null) {
      return Future.failedFuture(CommandProblems.commandNotFound(command.id().toString()));
    }
    return PgCommandRows.now(transaction)
        .compose(
            now -> {
              CommandEdit edit = new CommandEdit(head);
              edit.ended(new CommandEvent.Cancelled(), now, "by " + by);
              return edit.isEnding()
                  ? commands.write(transaction, List.of(edit)).map(head)
                  : Future.failedFuture(CommandProblems.commandFinal(head.state()));
            });
  }
}
