package dev.fairlead.registry.map;

import dev.fairlead.bus.identity.TenantId;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Devices counted beforehand, by the cells of each level down to a finest: for maps on which so
/// many stand that counting them takes too long. All tiles of a tenant are made anew together, by
/// one registry at a time, and only while somebody looks at such a map.
///
/// The finest level is as fine as the tenant's devices allow within [#TILES_MAX] tiles: one step
/// coarser after it had more, one finer after it had less than a quarter.
final class PgTiles {

  /// As many tiles of one level make the next making coarser; there are at most four times as many.
  static final int TILES_MAX = 40_000;

  private static final int FINEST_FIRST = 7;
  private static final int FINEST_MAX = 14;

  /// Making tiles has at most one part in so many of the time.
  private static final int REST = 10;

  private final Pool pool;
  private final Pool longPool;
  private final Duration refresh;

  /// @param pool of the registry's database
  /// @param longPool of connections for what may take seconds
  /// @param refresh how long tiles stay as they are, at least
  PgTiles(Pool pool, Pool longPool, Duration refresh) {
    this.pool = pool;
    this.longPool = longPool;
    this.refresh = refresh;
  }

  /// The tiles that a tenant has.
  ///
  /// @param finest the finest level
  /// @param asOf when they were made
  /// @param due when they may be made again
  record State(int finest, Instant asOf, Instant due) {}

  /// The tiles that a tenant has, if any.
  Future<Optional<State>> state(TenantId tenant) {
    return pool.preparedQuery(
            "select finest, as_of, due_at from map_state where tenant = $1 and as_of is not null")
        .execute(Tuple.of(tenant.value()))
        .map(
            rows ->
                rows.size() == 0 ? Optional.empty() : Optional.of(state(rows.iterator().next())));
  }

  private static State state(Row row) {
    return new State(
        row.getInteger("finest"),
        row.getOffsetDateTime("as_of").toInstant(),
        row.getOffsetDateTime("due_at").toInstant());
  }

  /// The clusters as they were when the tiles were made.
  ///
  /// @param cells of a level that there is
  Future<ClusterDocument> clusters(TenantId tenant, MapCells cells, State state) {
    Tuple parameters = Tuple.of(tenant.value(), cells.level());
    String sql =
        """
        select x, y, green, red, grey, latitudes, longitudes, west, south, east, north, device
        from map_tile where tenant = $1 and level = $2 and\s"""
            + PgCells.within(cells, parameters)
            + " order by x, y";
    return pool.preparedQuery(sql)
        .execute(parameters)
        .map(
            rows ->
                ClusterDocument.of(
                    PgCells.clusters(rows, cells), cells.level(), state.asOf(), true));
  }

  /// Makes the tiles of a tenant anew, unless another registry does, or it is too early.
  ///
  /// @return whether it did
  Future<Boolean> refresh(TenantId tenant) {
    return longPool
        .preparedQuery(
            "insert into map_state (tenant, finest) values ($1, $2) on conflict do nothing")
        .execute(Tuple.of(tenant.value(), FINEST_FIRST))
        .compose(nothing -> longPool.withTransaction(transaction -> refresh(transaction, tenant)))
        .map(Objects::requireNonNull);
  }

  private Future<Boolean> refresh(SqlConnection transaction, TenantId tenant) {
    return transaction
        .preparedQuery(
            """
            select next_finest from map_state
            where tenant = $1 and (due_at is null or due_at <= clock_timestamp())
            for update skip locked
            """)
        .execute(Tuple.of(tenant.value()))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return Future.succeededFuture(false);
              }
              @Nullable Integer next = rows.iterator().next().getInteger("next_finest");
              return make(transaction, tenant, next == null ? FINEST_FIRST : next).map(true);
            });
  }

  private Future<Void> make(SqlConnection transaction, TenantId tenant, int finest) {
    return transaction
        .preparedQuery("delete from map_tile where tenant = $1")
        .execute(Tuple.of(tenant.value()))
        .compose(nothing -> makeFinest(transaction, tenant, finest))
        .compose(
            tiles ->
                makeCoarser(transaction, tenant, finest - 1)
                    .compose(nothing -> note(transaction, tenant, finest, tiles)));
  }

  private static Future<Integer> makeFinest(
      SqlConnection transaction, TenantId tenant, int finest) {
    String cells = Integer.toString(1 << finest) + "::double precision";
    return transaction
        .preparedQuery(
            """
            insert into map_tile (tenant, level, x, y, green, red, grey, latitudes, longitudes,
              west, south, east, north, device)
            select $1::text, $2::integer, x, y,
              count(*) filter (where health = 'green'), count(*) filter (where health = 'red'),
              count(*) filter (where health = 'grey'), sum(latitude), sum(longitude),
              min(longitude), min(latitude), max(longitude), max(latitude), min(id)
            from (
              select device.id, device.latitude, device.longitude, presence.health,
                %s as x, %s as y
              from device
              join presence on presence.tenant = device.tenant and presence.device_id = device.id
              where device.tenant = $1 and device.latitude is not null
            ) as standing
            group by x, y
            """
                .formatted(PgCells.column(cells), PgCells.row(cells)))
        .execute(Tuple.of(tenant.value(), finest))
        .map(rows -> rows.rowCount());
  }

  private static Future<Void> makeCoarser(SqlConnection transaction, TenantId tenant, int level) {
    if (level < 0) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            insert into map_tile (tenant, level, x, y, green, red, grey, latitudes, longitudes,
              west, south, east, north, device)
            select tenant, level - 1, x / 2, y / 2, sum(green), sum(red), sum(grey),
              sum(latitudes), sum(longitudes), min(west), min(south), max(east), max(north),
              min(device)
            from map_tile
            where tenant = $1 and level = $2
            group by tenant, level, x / 2, y / 2
            """)
        .execute(Tuple.of(tenant.value(), level + 1))
        .compose(nothing -> makeCoarser(transaction, tenant, level - 1));
  }

  /// The longer it took, the later it is done again.
  private Future<Void> note(SqlConnection transaction, TenantId tenant, int finest, int tiles) {
    int next = finest;
    if (tiles > TILES_MAX) {
      next = finest - 1;
    } else if (tiles < TILES_MAX / 4 && finest < FINEST_MAX) {
      next = finest + 1;
    }
    return transaction
        .preparedQuery(
            """
            update map_state
            set finest = $2, next_finest = $3, as_of = now(),
              due_at = clock_timestamp()
                + greatest($4 * interval '1 ms', $5 * (clock_timestamp() - now()))
            where tenant = $1
            """)
        .execute(Tuple.of(tenant.value(), finest, next, (double) refresh.toMillis(), (double) REST))
        .mapEmpty();
  }
}
