package dev.fairlead.command.lifecycle;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.session.PgDeviceQueues;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Commands that were made by one request, each for another device.
public final class PgBatches {

  /// The tenant's commands of a batch, or those of them whose devices are in a group.
  private static final String OF_BATCH =
      """
       from command
      where tenant = $1 and batch_id = $2
        and ($3::text is null or exists (
          select from device
          where device.tenant = command.tenant and device.device_id = command.device_id
            and $3 = any(device.groups)))
      """;

  private final Pool pool;

  /// @param pool of the schema `command`
  public PgBatches(Pool pool) {
    this.pool = pool;
  }

  /// What somebody may see of a batch.
  ///
  /// @param group to whose devices the reader is kept
  public record View(String tenant, UUID batch, Optional<String> group) {

    private Tuple arguments() {
      return Tuple.of(tenant, batch, group.orElse(null));
    }
  }

  /// The commands that a batch has made already, for some devices. To be called under their locks.
  public static Future<Map<DeviceKey, CommandId>> made(
      SqlConnection transaction, UUID batch, List<DeviceKey> devices) {
    return transaction
        .preparedQuery(
            """
            select c.id, c.tenant, c.device_id
            from unnest($1::text[], $2::text[]) as wanted (tenant, device_id)
            join command c on c.tenant = wanted.tenant and c.device_id = wanted.device_id
              and c.batch_id = $3
            """)
        .execute(PgDeviceQueues.arguments(devices).addUUID(batch))
        .map(
            rows -> {
              Map<DeviceKey, CommandId> made = HashMap.newHashMap(rows.size());
              for (Row row : rows) {
                made.put(
                    DeviceKey.of(row.getString("tenant"), row.getString("device_id")),
                    new CommandId(row.getUUID("id")));
              }
              return made;
            });
  }

  /// How many commands stand in each state; empty for what is no batch.
  public Future<Map<CommandState, Integer>> states(View view) {
    return pool.preparedQuery(
            "select state, count(*)::integer as commands" + OF_BATCH + " group by state")
        .execute(view.arguments())
        .map(
            rows -> {
              Map<CommandState, Integer> states = new EnumMap<>(CommandState.class);
              for (Row row : rows) {
                states.put(PgCommandRows.state(row), row.getInteger("commands"));
              }
              return states;
            });
  }

  /// Commands in the order of their devices' ids.
  ///
  /// @param state only those in it
  /// @param after only those of devices behind this id
  public Future<List<Command>> list(
      View view, Optional<CommandState> state, String after, int limit) {
    return pool.preparedQuery(
            "select "
                + PgCommandStore.COLUMNS
                + OF_BATCH
                + """
                  and ($4::text is null or state = $4) and device_id > $5
                order by device_id
                limit $6
                """)
        .execute(
            view.arguments()
                .addValue(state.map(CommandState::word).orElse(null))
                .addString(after)
                .addInteger(limit))
        .map(PgCommandStore::commands);
  }

  /// Those that have not ended.
  public Future<List<CommandId>> unfinished(View view) {
    return pool.preparedQuery("select id" + OF_BATCH + " and final_at is null")
        .execute(view.arguments())
        .map(PgBatches::ids);
  }

  private static List<CommandId> ids(RowSet<Row> rows) {
    List<CommandId> ids = new ArrayList<>(rows.size());
    for (Row row : rows) {
      ids.add(new CommandId(row.getUUID("id")));
    }
    return ids;
  }
}
