package dev.fairlead.registry.change;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads the feed.
public final class PgChangeFeed {

  /// How many changes are looked at for one page, however few of them a filter takes.
  private static final int SCAN_MAX = 5_000;

  private static final String READ =
      """
      with seen as materialized (
        select xid, id, device, kind, at, data
        from change
        where tenant = $1
          and (xid, id) > ($2::text::xid8, $3::bigint)
          and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by xid, id
        limit $4
      ), wanted as (
        select xid, id, device, kind, at, data
        from seen
        where (cardinality($5::text[]) = 0 or kind = any($5::text[]))
          and ($6::text is null or device = $6)
          and ($7::text is null
            or exists (
              select 1 from device_group_member member
              where member.tenant = $1 and member.group_id = $7 and member.device_id = seen.device)
            or (kind = 'device.deleted' and data -> 'groups' ? $7)
            or (kind = 'group.left' and data ->> 'group' = $7))
        order by xid, id
        limit $8
      ), bounds as (
        select pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
          (select count(*) from seen) as scanned,
          (select xid::text from seen order by seen.xid desc, seen.id desc limit 1) as last_xid,
          (select id from seen order by seen.xid desc, seen.id desc limit 1) as last_id,
          (select ($2::text::xid8, $3::bigint) < (horizon.xid, horizon.id)
            from change_horizon horizon) as expired
      )
      select xmin, scanned, last_xid, last_id, expired, wanted.xid::text as change_xid,
        wanted.id as change_id, device, kind, at, data::text as data
      from bounds left join wanted on true
      order by wanted.xid, wanted.id
      """;

  private final Pool pool;

  /// @param pool of the registry's database
  public PgChangeFeed(Pool pool) {
    this.pool = pool;
  }

  /// A part of the feed.
  ///
  /// @param events in order
  /// @param positions of each, right behind it
  /// @param next where to go on
  /// @param more whether there may be more at once; else all that could be seen was
  public record Part(
      List<ChangeEvent> events, List<Position> positions, Position next, boolean more) {
    public Part {
      events = List.copyOf(events);
      positions = List.copyOf(positions);
    }
  }

  /// The end of the feed: all that is committed from now on comes after it.
  public Future<Position> end() {
    return end(pool);
  }

  /// The same, as a transaction sees it.
  public static Future<Position> end(SqlClient client) {
    return client
        .query("select pg_snapshot_xmin(pg_current_snapshot())::text as xmin")
        .execute()
        .map(rows -> before(rows.iterator().next().getString("xmin")));
  }

  /// The earliest position that is not too old.
  public Future<Position> horizon() {
    return pool.query("select xid::text as xid, id from change_horizon")
        .execute()
        .map(rows -> rows.iterator().next())
        .map(row -> new Position(Long.parseLong(row.getString("xid")), row.getLong("id")));
  }

  /// What comes after a position.
  ///
  /// @param limit the most changes
  /// @return fails with the problem `cursor-expired` when something that came after it was taken
  ///     away
  public Future<Part> after(Position from, ChangeFilter filter, int limit) {
    int scan = filter.takesAll() ? limit : SCAN_MAX;
    return pool.preparedQuery(READ)
        .execute(
            Tuple.tuple()
                .addString(filter.tenant().value())
                .addString(Long.toString(from.xid()))
                .addLong(from.id())
                .addInteger(scan)
                .addArrayOfString(
                    filter.kinds().stream().map(ChangeKind::word).toArray(String[]::new))
                .addValue(filter.device().orElse(null))
                .addValue(filter.group().orElse(null))
                .addInteger(limit))
        .compose(rows -> part(rows, from, filter, limit, scan));
  }

  private static Future<Part> part(
      RowSet<Row> rows, Position from, ChangeFilter filter, int limit, int scan) {
    Row bounds = rows.iterator().next();
    if (bounds.getBoolean("expired")) {
      return Future.failedFuture(
          new ProblemException(
              ProblemType.CURSOR_EXPIRED,
              "Changes after the cursor were taken away, for they were too old. Read the devices anew"
                  + " at /api/v1/devices, and go on with a cursor of /api/v1/changes."));
    }
    List<ChangeEvent> events = new ArrayList<>(rows.size());
    List<Position> positions = new ArrayList<>(rows.size());
    for (Row row : rows) {
      @Nullable String xid = row.getString("change_xid");
      if (xid != null) {
        Position position = new Position(Long.parseLong(xid), row.getLong("change_id"));
        positions.add(position);
        events.add(event(row, position, filter));
      }
    }
    if (events.size() == limit) {
      return Future.succeededFuture(new Part(events, positions, positions.getLast(), true));
    }
    if (bounds.getLong("scanned") == scan) {
      Position last =
          new Position(Long.parseLong(bounds.getString("last_xid")), bounds.getLong("last_id"));
      return Future.succeededFuture(new Part(events, positions, last, true));
    }
    // Whoever hears nothing for long still moves on, and does not find a cursor that is too old.
    return Future.succeededFuture(
        new Part(events, positions, before(bounds.getString("xmin")).orLater(from), false));
  }

  private static ChangeEvent event(Row row, Position position, ChangeFilter filter) {
    String word = row.getString("kind");
    return ChangeEvent.of(
        position.cursor(),
        filter.tenant(),
        ChangeKind.of(word).map(ChangeKind::type).orElse(word),
        PgColumns.text(row, "device"),
        PgColumns.time(row, "at").orElseThrow(),
        Objects.requireNonNull(
            Json.read(row.getString("data").getBytes(StandardCharsets.UTF_8), JsonNode.class)));
  }

  private static Position before(String xmin) {
    return new Position(Long.parseLong(xmin), 0);
  }
}
