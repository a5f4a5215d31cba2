package dev.fairlead.command.dispatch;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.lifecycle.CommandEdit;
import dev.fairlead.command.lifecycle.CommandHead;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.command.lifecycle.PgCommandRows;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.session.LiveSession;
import dev.fairlead.command.session.PgDeviceQueues;
import dev.fairlead.runtime.tracing.TraceContext;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/// Takes what is due from the queues of devices that have a session.
///
/// Due is what is `queued` and need not wait for others of its device, what was sent to another
/// session than the device has now, and what has outlived its lease. `delivered` and `running`
/// commands have a lease only after they were sent again; it is long, because the device is known
/// to have them.
public final class PgDispatch {

  /// A round has so many devices, each with two times as many commands as is said below and one
  /// more. Of 256 KiB each, that is 72 MiB.
  private static final int DEVICES_MAX = 32;

  private static final int COMMANDS_PER_DEVICE_MAX = 4;

  private static final int LEASES_WHERE_KNOWN = 12;

  /// Of each device: what is under way and has to be sent again; the first of the ordered ones that
  /// wait, when none is under way; as many of the concurrent ones as may be.
  private static final String DUE_COMMANDS =
      """
      select c.id, c.tenant, c.device_id, c.state, c.attempt, c.session_id, c.gateway,
        c.lease_until, c.late, c.kind, c.content_type, c.body, c.deadline, c.trace, now() as now
      from unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
      join device_queue q on q.tenant = wanted.tenant and q.device_id = wanted.device_id
      cross join lateral (
        (select * from command
          where tenant = q.tenant and device_id = q.device_id and not waiting and final_at is null
            and deadline > now()
            and (session_id is distinct from q.session_id or lease_until <= now())
          order by sequence
          limit $3)
        union all
        (select * from command
          where tenant = q.tenant and device_id = q.device_id and waiting and ordered
            and deadline > now()
            and not exists (
              select from command under_way
              where under_way.tenant = q.tenant and under_way.device_id = q.device_id
                and not under_way.waiting and under_way.final_at is null and under_way.ordered)
          order by priority desc, sequence
          limit 1)
        union all
        (select * from command
          where tenant = q.tenant and device_id = q.device_id and waiting and not ordered
            and deadline > now()
          order by priority desc, sequence
          limit least($3, greatest(0, $4 - (
            select count(*) from command under_way
            where under_way.tenant = q.tenant and under_way.device_id = q.device_id
              and not under_way.waiting and under_way.final_at is null
              and not under_way.ordered)))
        )) as c
      order by c.waiting, c.priority desc, c.sequence
      """;

  private final Pool pool;
  private final PgCommandStore commands;
  private final Duration lease;
  private final int concurrentMax;

  /// @param pool of the schema `command`
  public PgDispatch(Pool pool, PgCommandStore commands, CommandSettings settings) {
    this.pool = pool;
    this.commands = commands;
    this.lease = settings.lease();
    this.concurrentMax = settings.concurrentMax();
  }

  /// What a round took.
  ///
  /// @param devices how many were looked at
  /// @param deliveries written down and to be sent now, in order
  record Taken(int devices, List<Delivery> deliveries) {

    /// Copies the deliveries.
    Taken {
      deliveries = List.copyOf(deliveries);
    }

    /// Whether there may be more at once.
    boolean isFull() {
      return devices == DEVICES_MAX || !deliveries.isEmpty();
    }
  }

  /// Takes what is due from some devices that nobody else looks at now. Everything taken is `sent`
  /// under a new lease when the future completes.
  Future<Taken> take() {
    return pool.withTransaction(this::take).map(Objects::requireNonNull);
  }

  private Future<Taken> take(SqlConnection transaction) {
    return dueDevices(transaction)
        .compose(
            devices ->
                devices.isEmpty()
                    ? Future.succeededFuture(new Taken(0, List.of()))
                    : take(transaction, devices));
  }

  private Future<Taken> take(SqlConnection transaction, Map<DeviceKey, LiveSession> devices) {
    List<DeviceKey> keys = List.copyOf(devices.keySet());
    List<Delivery> deliveries = new ArrayList<>();
    return dueCommands(transaction, keys)
        .compose(
            rows -> {
              List<CommandEdit> edits = new ArrayList<>(rows.size());
              for (Row row : rows) {
                CommandEdit edit = sent(row, devices);
                edits.add(edit);
                deliveries.add(delivery(row, edit.after(), devices));
              }
              return commands.write(transaction, edits);
            })
        .compose(_ -> schedule(transaction, keys))
        .map(_ -> new Taken(keys.size(), deliveries));
  }

  private static Future<Map<DeviceKey, LiveSession>> dueDevices(SqlConnection transaction) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id, parent, session_id, address
            from device_queue
            where due_at > '-infinity' and due_at <= now() and session_id is not null
            order by due_at
            limit $1
            for update skip locked
            """)
        .execute(Tuple.of(DEVICES_MAX))
        .map(
            rows -> {
              Map<DeviceKey, LiveSession> devices = new HashMap<>();
              for (Row row : rows) {
                PgDeviceQueues.session(row)
                    .ifPresent(
                        session ->
                            devices.put(
                                DeviceKey.of(row.getString("tenant"), row.getString("device_id")),
                                session));
              }
              return devices;
            });
  }

  private Future<RowSet<Row>> dueCommands(SqlConnection transaction, List<DeviceKey> devices) {
    return transaction
        .preparedQuery(DUE_COMMANDS)
        .execute(
            PgDeviceQueues.arguments(devices)
                .addInteger(COMMANDS_PER_DEVICE_MAX)
                .addInteger(concurrentMax));
  }

  private CommandEdit sent(Row row, Map<DeviceKey, LiveSession> devices) {
    CommandHead head = PgCommandRows.head(row);
    LiveSession to = sessionOf(head.device(), devices);
    Instant now = PgCommandRows.instant(row, "now");
    CommandEdit edit = new CommandEdit(head);
    edit.sent(
        now, to.session().value(), to.address().gateway(), now.plus(leaseOf(head)), why(head, to));
    return edit;
  }

  private Duration leaseOf(CommandHead head) {
    return head.state().compareTo(CommandState.SENT) > 0
        ? lease.multipliedBy(LEASES_WHERE_KNOWN)
        : lease;
  }

  private static Optional<String> why(CommandHead head, LiveSession to) {
    if (head.state() == CommandState.QUEUED) {
      return Optional.empty();
    }
    return Optional.of(
        head.session().equals(Optional.of(to.session().value()))
            ? "no sign of the device"
            : "the session was lost");
  }

  private static Delivery delivery(Row row, CommandHead head, Map<DeviceKey, LiveSession> devices) {
    Optional<Payload> body =
        Optional.ofNullable(row.getBuffer("body"))
            .map(Buffer::getBytes)
            .map(bytes -> new Payload(row.getString("content_type"), bytes));
    return new Delivery(
        head.id(),
        head.device(),
        sessionOf(head.device(), devices),
        row.getString("kind"),
        PgCommandRows.instant(row, "deadline"),
        head.attempt(),
        body,
        Optional.ofNullable(row.getString("trace")).flatMap(TraceContext::ofText));
  }

  private static LiveSession sessionOf(DeviceKey device, Map<DeviceKey, LiveSession> devices) {
    return Objects.requireNonNull(devices.get(device), "a row of a device that was not asked for");
  }

  /// Says when these devices are to be looked at again: at once where something is left that could
  /// be sent, else when the first lease ends; a row without a time has nothing unfinished. What
  /// waits for others to end is looked at when they do.
  private Future<Void> schedule(SqlConnection transaction, List<DeviceKey> devices) {
    return transaction
        .preparedQuery(
            """
            update device_queue q
            set due_at = (
              select case
                when count(*) = 0 then null
                when bool_or(c.waiting and c.ordered and c.deadline > now())
                  and not bool_or(not c.waiting and c.ordered) then now()
                when bool_or(c.waiting and not c.ordered and c.deadline > now())
                  and count(*) filter (where not c.waiting and not c.ordered) < $3 then now()
                else coalesce(min(case
                  when c.waiting or c.deadline <= now() then 'infinity'
                  when c.session_id is distinct from q.session_id then now()
                  else c.lease_until end), 'infinity') end
              from command c
              where c.tenant = q.tenant and c.device_id = q.device_id and c.final_at is null)
            from unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
            where q.tenant = wanted.tenant and q.device_id = wanted.device_id
            """)
        .execute(PgDeviceQueues.arguments(devices).addInteger(concurrentMax))
        .mapEmpty();
  }

  /// Makes commands due again that were taken and not sent.
  Future<Void> giveBack(List<CommandId> ids) {
    List<UUID> commands = ids.stream().map(CommandId::value).toList();
    return pool.withTransaction(
            transaction ->
                PgDeviceQueues.lockOf(transaction, commands)
                    .compose(
                        locked ->
                            transaction
                                .preparedQuery(
                                    """
                                    update device_queue q set due_at = now()
                                    from unnest($1::text[], $2::text[])
                                      as wanted(tenant, device_id)
                                    where q.tenant = wanted.tenant
                                      and q.device_id = wanted.device_id
                                    """)
                                .execute(PgDeviceQueues.arguments(List.copyOf(locked.keySet()))))
                    .compose(
                        _ ->
                            transaction
                                .preparedQuery(
                                    """
                                    update command set lease_until = now()
                                    where id = any($1) and lease_until is not null
                                    """)
                                .execute(
                                    Tuple.tuple().addArrayOfUUID(commands.toArray(UUID[]::new)))))
        .mapEmpty();
  }
}
