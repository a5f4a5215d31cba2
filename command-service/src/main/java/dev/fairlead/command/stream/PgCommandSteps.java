package dev.fairlead.command.stream;

import dev.fairlead.bus.feed.FeedEvent;
import dev.fairlead.bus.feed.PgFeedSource;
import dev.fairlead.bus.feed.Position;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.command.api.CommandDocument;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.command.lifecycle.PgCommandChanges;
import dev.fairlead.command.lifecycle.PgCommandRows;
import dev.fairlead.runtime.http.Json;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The steps of commands as a feed: of a tenant or a device, or of one command.
public final class PgCommandSteps implements PgFeedSource<CommandStepFilter> {

  private static final String TYPE = "dev.fairlead.command.";

  /// What a row tells, with what its command tells now.
  private static final String EVENT =
      """
      seen.device_id, seen.command_id, seen.state, seen.attempt, seen.at, seen.session_id,
        seen.reason, seen.late, command.kind, command.correlation, progress_at, progress_content_type, progress_body,
        case when not seen.late and seen.state in ('succeeded', 'failed', 'rejected')
          then result_status end as result_status,
        result_reason, result_content_type, octet_length(result_body) > %1$d as result_too_large,
        case when octet_length(result_body) <= %1$d then result_body end as result_body
      from seen join command on command.id = seen.command_id
      """
          .formatted(CommandStep.RESULT_BYTES_MAX);

  private static final String STATES =
      "and (cardinality($8::text[]) = 0 or seen.state = any($8::text[]))\n";

  private final String scanned;
  private final String wanted;
  private final String over;

  private PgCommandSteps(String scanned, String wanted, String over) {
    this.scanned = scanned;
    this.wanted = wanted;
    this.over = over;
  }

  /// Those of a tenant's devices, or of one device: none of a device that is no more, nor of one
  /// that had the id before.
  public static PgCommandSteps ofDevices() {
    return new PgCommandSteps(
        PgCommandChanges.TABLE,
        EVENT
            + """
            join device on device.tenant = $1 and device.device_id = seen.device_id
              and command.sequence > device.after_sequence
            where $6::uuid is null
              and ($7::text is null or seen.device_id = $7)
              and ($9::text is null or $9 = any(device.groups))
            """
            + STATES,
        "false");
  }

  /// Those of one command, up to its end; a late answer comes after it. They are looked for where
  /// the command says that they are, one place after the other (hence the `offset`), so that what
  /// else happens does not matter.
  public static PgCommandSteps ofCommand() {
    return new PgCommandSteps(
        """
        (select step.*
          from (select distinct unnest(steps) as xid from command where id = $6::uuid) place
            cross join lateral (
              select * from command_change
              where tenant = $1 and xid = place.xid and command_id = $6::uuid and not late
              offset 0) step) step
        """,
        EVENT
            + """
            where ($7::text is null or seen.device_id = $7)
              and ($9::text is null
                or exists (
                  select 1 from device
                  where device.tenant = $1 and device.device_id = seen.device_id
                    and $9 = any(device.groups)))
            """
            + STATES,
        """
        coalesce((
          select final_at is not null and pg_snapshot_xmin(pg_current_snapshot()) > all(steps)
          from command where tenant = $1 and id = $6::uuid), true)\
        """);
  }

  @Override
  public String table() {
    return PgCommandChanges.TABLE;
  }

  @Override
  public TenantId tenant(CommandStepFilter filter) {
    return filter.tenant();
  }

  /// The rules about devices and states may leave out any.
  @Override
  public boolean takesAll(CommandStepFilter filter) {
    return false;
  }

  @Override
  public String columns() {
    return "device_id, command_id, state, attempt, at, session_id, reason, late";
  }

  @Override
  public String scanned() {
    return scanned;
  }

  @Override
  public String wanted() {
    return wanted;
  }

  @Override
  public String told() {
    return "device_id, command_id, state, attempt, at, session_id, reason, late, kind, correlation,"
        + " progress_at,"
        + " progress_content_type, progress_body, result_status, result_reason,"
        + " result_content_type, result_too_large, result_body";
  }

  @Override
  public String over() {
    return over;
  }

  @Override
  public void bind(CommandStepFilter filter, Tuple parameters) {
    parameters
        .addValue(filter.command().map(CommandId::value).orElse(null))
        .addValue(filter.device().orElse(null))
        .addArrayOfString(filter.states().stream().map(CommandState::word).toArray(String[]::new))
        .addValue(filter.group().orElse(null));
  }

  @Override
  public FeedEvent event(Row row, Position behind, CommandStepFilter filter) {
    String state = row.getString("state");
    String device = row.getString("device_id");
    boolean running = state.equals(CommandState.RUNNING.word());
    @Nullable Boolean tooLarge = row.getBoolean("result_too_large");
    Optional<CommandDocument.Result> result =
        PgCommandRows.result(row).map(CommandDocument.Result::of);
    return FeedEvent.of(
        behind.cursor(),
        filter.tenant(),
        TYPE + state,
        Optional.of(device),
        PgCommandRows.instant(row, "at"),
        Json.mapper()
            .valueToTree(
                new CommandStep(
                    row.getUUID("command_id").toString(),
                    device,
                    row.getString("kind"),
                    row.getString("correlation"),
                    row.getInteger("attempt"),
                    row.getString("session_id"),
                    row.getString("reason"),
                    row.getBoolean("late") ? Boolean.TRUE : null,
                    running
                        ? PgCommandRows.progress(row).map(CommandDocument.Progress::of).orElse(null)
                        : null,
                    result.orElse(null),
                    result.map(_ -> tooLarge).filter(Boolean::booleanValue).orElse(null))));
  }

  @Override
  public String expired() {
    return "Steps after the cursor were taken away, for they were too old. Read the commands anew,"
        + " and follow them without a cursor.";
  }
}
