package dev.fairlead.command.lifecycle;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Writes the steps of commands down for those who follow them, in the transactions that make them.
///
/// A step stands where its transaction does in the order of transactions, but never before the step
/// that the command made before: a transaction that began earlier may come to a command later.
public final class PgCommandChanges {

  private PgCommandChanges() {}

  /// The table.
  public static final String TABLE = "command_change";

  /// New lines of a command's history, in order.
  public record Steps(CommandId command, List<HistoryEntry> entries) {

    /// Copies the lines.
    public Steps {
      entries = List.copyOf(entries);
    }
  }

  /// Writes steps down, to be told in this order. To be called when the rows of the commands have
  /// been written.
  ///
  /// @param transaction that makes them
  static Future<Void> append(SqlConnection transaction, List<Steps> steps) {
    int count = steps.stream().mapToInt(each -> each.entries().size()).sum();
    if (count == 0) {
      return Future.succeededFuture();
    }
    UUID[] commands = new UUID[count];
    String[] states = new String[count];
    Integer[] attempts = new Integer[count];
    OffsetDateTime[] times = new OffsetDateTime[count];
    @Nullable String[] sessions = new @Nullable String[count];
    @Nullable String[] reasons = new @Nullable String[count];
    Boolean[] late = new Boolean[count];
    int place = 0;
    for (Steps each : steps) {
      for (HistoryEntry entry : each.entries()) {
        commands[place] = each.command().value();
        states[place] = entry.state().word();
        attempts[place] = entry.attempt();
        times[place] = PgCommandRows.time(entry.at());
        sessions[place] = entry.session().orElse(null);
        reasons[place] = entry.reason().orElse(null);
        late[place] = entry.late();
        place++;
      }
    }
    return transaction
        .preparedQuery(
            """
            insert into command_change
              (xid, tenant, device_id, command_id, state, attempt, at, session_id, reason, late)
            select command.steps[cardinality(command.steps)], command.tenant, command.device_id,
              command.id, given.state, given.attempt, given.at, given.session_id, given.reason,
              given.late
            from unnest($1::uuid[], $2::text[], $3::integer[], $4::timestamptz[], $5::text[],
                $6::text[], $7::boolean[])
              with ordinality
              as given (id, state, attempt, at, session_id, reason, late, place)
              join command on command.id = given.id
            order by given.place
            """)
        .execute(
            Tuple.tuple()
                .addArrayOfUUID(commands)
                .addArrayOfString(states)
                .addArrayOfInteger(attempts)
                .addArrayOfOffsetDateTime(times)
                .addArrayOfString(sessions)
                .addArrayOfString(reasons)
                .addArrayOfBoolean(late))
        .mapEmpty();
  }
}
