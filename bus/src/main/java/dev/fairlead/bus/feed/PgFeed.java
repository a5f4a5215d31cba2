package dev.fairlead.bus.feed;

import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a feed.
///
/// @param <F> tells whose events somebody is told, and which
public final class PgFeed<F> {

  /// How many rows are looked at for one page, however few of them a filter takes.
  private static final int SCAN_MAX = 5_000;

  /// What is said of a cursor beyond the end, which this database cannot have given in the state
  /// that it is in: what follows would get places before it.
  private static final String RESTORED =
      "The database was restored since the cursor was given. Take a new cursor, read anew what is"
          + " kept by it, and go on.";

  private final Pool pool;
  private final PgFeedSource<F> source;
  private final String read;

  /// @param pool of the schema that has the table
  public PgFeed(Pool pool, PgFeedSource<F> source) {
    this.pool = pool;
    this.source = source;
    this.read = sql(source);
  }

  private static String sql(PgFeedSource<?> source) {
    return """
      with seen as materialized (
        select xid, id, %1$s
        from %3$s
        where tenant = $1
          and (xid, id) > ($2::text::xid8, $3::bigint)
          and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by xid, id
        limit $4
      ), wanted as (
        select seen.xid, seen.id, %4$s
        order by seen.xid, seen.id
        limit $5
      ), bounds as (
        select pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
          (select count(*) from seen) as scanned,
          (select xid::text from seen order by seen.xid desc, seen.id desc limit 1) as last_xid,
          (select id from seen order by seen.xid desc, seen.id desc limit 1) as last_id,
          (select ($2::text::xid8, $3::bigint) < (horizon.xid, horizon.id)
            from %2$s_horizon horizon) as expired,
          %5$s as over
      )
      select xmin, scanned, last_xid, last_id, expired, over, wanted.xid::text as event_xid,
        wanted.id as event_id, %6$s
      from bounds left join wanted on true
      order by wanted.xid, wanted.id
      """
        .formatted(
            source.columns(),
            source.table(),
            source.scanned(),
            source.wanted(),
            source.over(),
            source.told());
  }

  /// A part of the feed.
  ///
  /// @param events in order
  /// @param positions of each, right behind it
  /// @param next where to go on
  /// @param more whether there may be more at once; else all that could be seen was
  /// @param over whether there never will be more
  public record Part(
      List<FeedEvent> events, List<Position> positions, Position next, boolean more, boolean over) {
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
    return pool.query("select xid::text as xid, id from %s_horizon".formatted(source.table()))
        .execute()
        .map(rows -> rows.iterator().next())
        .map(row -> new Position(Long.parseLong(row.getString("xid")), row.getLong("id")));
  }

  /// What comes after a position.
  ///
  /// @param limit the most events
  /// @return fails with the problem `cursor-expired` when something that came after it was taken
  ///     away, or when the position is one of a later state of the database
  public Future<Part> after(Position from, F filter, int limit) {
    int scan = source.takesAll(filter) ? limit : SCAN_MAX;
    Tuple parameters =
        Tuple.tuple()
            .addString(source.tenant(filter).value())
            .addString(Long.toString(from.xid()))
            .addLong(from.id())
            .addInteger(scan)
            .addInteger(limit);
    source.bind(filter, parameters);
    return pool.preparedQuery(read)
        .execute(parameters)
        .compose(rows -> part(rows, from, filter, limit, scan));
  }

  private Future<Part> part(RowSet<Row> rows, Position from, F filter, int limit, int scan) {
    Row bounds = rows.iterator().next();
    if (bounds.getBoolean("expired")) {
      return Future.failedFuture(
          new ProblemException(ProblemType.CURSOR_EXPIRED, source.expired()));
    }
    if (from.xid() > Long.parseLong(bounds.getString("xmin"))) {
      return Future.failedFuture(new ProblemException(ProblemType.CURSOR_EXPIRED, RESTORED));
    }
    List<FeedEvent> events = new ArrayList<>(rows.size());
    List<Position> positions = new ArrayList<>(rows.size());
    for (Row row : rows) {
      @Nullable String xid = row.getString("event_xid");
      if (xid != null) {
        Position position = new Position(Long.parseLong(xid), row.getLong("event_id"));
        positions.add(position);
        events.add(source.event(row, position, filter));
      }
    }
    if (events.size() == limit) {
      return Future.succeededFuture(new Part(events, positions, positions.getLast(), true, false));
    }
    if (bounds.getLong("scanned") == scan) {
      Position last =
          new Position(Long.parseLong(bounds.getString("last_xid")), bounds.getLong("last_id"));
      return Future.succeededFuture(new Part(events, positions, last, true, false));
    }
    // Whoever hears nothing for long still moves on, and does not find a cursor that is too old.
    return Future.succeededFuture(
        new Part(
            events,
            positions,
            before(bounds.getString("xmin")).orLater(from),
            false,
            bounds.getBoolean("over")));
  }

  private static Position before(String xmin) {
    return new Position(Long.parseLong(xmin), 0);
  }
}
