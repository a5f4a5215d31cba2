package dev.fairlead.registry.map;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.registry.map.PgClusters.Question;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The operation that shows devices on a map.
///
/// Where few devices stand in the box, each of them is looked at, and the answer is of this moment.
/// Where many do, tiles tell how many there were, and are made anew meanwhile if they are old.
public final class MapRoutes {

  private static final Logger log = LoggerFactory.getLogger(MapRoutes.class);

  /// So many devices are looked at one by one.
  static final int FEW = 10_000;

  /// Nobody is shown older tiles; who looks first waits for new ones.
  private static final Duration AGE_MAX = Duration.ofMinutes(5);

  private final PgClusters clusters;
  private final PgTiles tiles;
  private final LongQueries longQueries;
  private final InstantSource clock;
  private final AtomicBoolean refreshing = new AtomicBoolean();

  /// @param longQueries for what may take seconds
  /// @param clock what `ago` in filters counts from
  public MapRoutes(Pool pool, LongQueries longQueries, MapSettings settings, InstantSource clock) {
    this.clusters = new PgClusters(longQueries.pool());
    this.tiles = new PgTiles(pool, longQueries.pool(), settings.refresh());
    this.longQueries = longQueries;
    this.clock = clock;
  }

  /// Binds the operation to the contract.
  public void bind(ApiRouter.Builder router) {
    router.operation("clusterDevices", this::cluster);
  }

  private ApiResponse cluster(ApiRequest request) throws InterruptedException {
    MapBox box = request.query("bbox").map(MapBox::parse).orElse(MapBox.WORLD);
    MapCells cells = MapCells.of(box, request.query("zoom").map(Integer::parseInt).orElse(0));
    Question question =
        new Question(
            new TenantId(request.tenant()),
            cells,
            request.query("filter").map(FilterParser::parse),
            request.group());
    return ApiResponse.ok(
        question.isAboutAll() ? ofAll(request.tenant(), box, question) : lookedAt(question));
  }

  private ClusterDocument ofAll(String name, MapBox box, Question question)
      throws InterruptedException {
    TenantId tenant = question.tenant();
    Optional<PgTiles.State> state = tiles.state(tenant).await();
    if (state.isPresent() ? isTooOld(state.get()) : areMany(question)) {
      longQueries.run(name, () -> tiles.refresh(tenant)).await();
      state = tiles.state(tenant).await();
    } else if (state.filter(known -> !clock.instant().isBefore(known.due())).isPresent()) {
      refreshLater(tenant);
    }
    return state.isPresent() ? counted(box, question, state.get()) : lookedAt(question);
  }

  private boolean isTooOld(PgTiles.State state) {
    return state.asOf().isBefore(clock.instant().minus(AGE_MAX));
  }

  private ClusterDocument counted(MapBox box, Question question, PgTiles.State state)
      throws InterruptedException {
    MapCells cells = question.cells();
    if (cells.level() > state.finest() && !areMany(question)) {
      return lookedAt(question);
    }
    ClusterDocument counted =
        tiles
            .clusters(
                question.tenant(),
                cells.level() <= state.finest() ? cells : MapCells.at(box, state.finest()),
                state)
            .await();
    return counted.total() > FEW ? counted : lookedAt(question);
  }

  private boolean areMany(Question question) throws InterruptedException {
    return longQueries
        .run(question.tenant().value(), () -> clusters.areMoreThan(FEW, question))
        .await();
  }

  private ClusterDocument lookedAt(Question question) throws InterruptedException {
    return longQueries
        .run(question.tenant().value(), () -> clusters.clusters(question, clock.instant()))
        .await();
  }

  /// One map at a time: the next look at another one begins it again.
  private void refreshLater(TenantId tenant) {
    if (refreshing.compareAndSet(false, true)) {
      tiles
          .refresh(tenant)
          .onFailure(
              cause ->
                  log.atWarn()
                      .addKeyValue("tenant", tenant)
                      .setCause(cause)
                      .log("the tiles of a map were not made"))
          .onComplete(done -> refreshing.set(false));
    }
  }
}
