package dev.fairlead.command.dispatch;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.lifecycle.CommandEdit;
import dev.fairlead.command.lifecycle.CommandEvent;
import dev.fairlead.command.lifecycle.CommandHead;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.lifecycle.PgCommandRows;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.session.PgDeviceQueues;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/// Ends what is past its deadline, and forgets what ended long ago.
public final class PgExpiry {

  /// How many commands one transaction ends or forgets.
  static final int COMMANDS_MAX = 200;

  private static final Duration IDEMPOTENCY_KEPT = Duration.ofHours(25);

  private final Pool pool;
  private final PgCommandStore commands;
  private final CommandSettings settings;

  /// @param pool of the schema `command`
  public PgExpiry(Pool pool, PgCommandStore commands, CommandSettings settings) {
    this.pool = pool;
    this.commands = commands;
    this.settings = settings;
  }

  /// Declares some commands expired whose deadline and grace have passed.
  ///
  /// @return those that are
  Future<List<CommandId>> expire() {
    return pool.withTransaction(this::expire).map(Objects::requireNonNull);
  }

  private Future<List<CommandId>> expire(SqlConnection transaction) {
    List<CommandId> ids = new ArrayList<>();
    List<DeviceKey> devices = new ArrayList<>();
    return transaction
        .preparedQuery(
            """
            select id, tenant, device_id
            from command
            where final_at is null and deadline > '-infinity'
              and deadline <= now() - make_interval(secs => $1)
            order by deadline
            limit $2
            """)
        .execute(Tuple.of(settings.expiryGrace().toMillis() / 1000.0, COMMANDS_MAX))
        .compose(
            rows -> {
              for (Row row : rows) {
                ids.add(new CommandId(row.getUUID("id")));
                devices.add(DeviceKey.of(row.getString("tenant"), row.getString("device_id")));
              }
              return ids.isEmpty()
                  ? Future.succeededFuture(List.of())
                  : end(transaction, ids, devices);
            });
  }

  private Future<List<CommandId>> end(
      SqlConnection transaction, List<CommandId> ids, List<DeviceKey> devices) {
    return PgDeviceQueues.lock(transaction, devices)
        .compose(_ -> PgCommandRows.now(transaction))
        .compose(now -> commands.heads(transaction, ids).map(heads -> edits(heads.values(), now)))
        .compose(
            edits ->
                commands
                    .write(transaction, edits)
                    .map(
                        edits.stream()
                            .filter(CommandEdit::isEnding)
                            .map(edit -> edit.before().id())
                            .toList()));
  }

  private static List<CommandEdit> edits(Collection<CommandHead> heads, Instant now) {
    List<CommandEdit> edits = new ArrayList<>(heads.size());
    for (CommandHead head : heads) {
      CommandEdit edit = new CommandEdit(head);
      edit.ended(new CommandEvent.Expired(), now, "the deadline has passed");
      edits.add(edit);
    }
    return edits;
  }

  /// Removes some commands that have been kept long enough, and idempotency keys of yesterday.
  ///
  /// @return how many rows are gone
  Future<Integer> forget() {
    Future<Integer> ended =
        pool.preparedQuery(
                """
                delete from command where id in (
                  select id from command where final_at < now() - make_interval(secs => $1)
                  order by final_at limit $2 for update skip locked)
                """)
            .execute(Tuple.of((double) settings.retention().toSeconds(), COMMANDS_MAX))
            .map(rows -> rows.rowCount());
    return ended.compose(
        commandsGone ->
            pool.preparedQuery(
                    """
                    delete from idempotency where (tenant, key) in (
                      select tenant, key from idempotency
                      where created_at < now() - make_interval(secs => $1)
                      order by created_at limit $2 for update skip locked)
                    """)
                .execute(Tuple.of((double) IDEMPOTENCY_KEPT.toSeconds(), COMMANDS_MAX))
                .map(rows -> commandsGone + rows.rowCount()));
  }
}
