package dev.fairlead.registry.map;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.Filter;
import dev.fairlead.registry.filter.PgFilter;
import dev.fairlead.registry.filter.PgGroupFilters;
import dev.fairlead.registry.row.PgTimeLimit;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Optional;

/// Puts devices together into clusters by looking at each of them.
final class PgClusters {

  private static final String PLACED =
      "device join presence on presence.tenant = device.tenant and presence.device_id = device.id";

  private static final String FILTERED =
      PLACED
          + " join reported on reported.tenant = device.tenant and reported.device_id = device.id"
          + " join telemetry_latest on telemetry_latest.tenant = device.tenant"
          + " and telemetry_latest.device_id = device.id";

  private final Pool pool;

  /// @param pool of connections for what may take seconds
  PgClusters(Pool pool) {
    this.pool = pool;
  }

  /// What is asked for.
  ///
  /// @param filter that the devices meet
  /// @param keptTo the static group that the caller is kept to
  record Question(
      TenantId tenant, MapCells cells, Optional<Filter> filter, Optional<String> keptTo) {

    /// Whether all devices of the tenant are meant.
    boolean isAboutAll() {
      return filter.isEmpty() && keptTo.isEmpty();
    }
  }

  /// Whether there are more devices in the cells than that.
  Future<Boolean> areMoreThan(int devices, Question question) {
    Tuple parameters = Tuple.of(question.tenant().value(), devices);
    String sql =
        "select count(*) > $2 as more from (select from device where tenant = $1"
            + " and latitude is not null and "
            + PgCells.placed(question.cells(), parameters)
            + " limit $2 + 1) as found";
    return pool.preparedQuery(PgPools.UNCACHED + sql)
        .execute(parameters)
        .map(rows -> rows.iterator().next().getBoolean("more"));
  }

  /// The clusters as they are.
  ///
  /// @return fails with the problem `filter-too-slow`
  Future<ClusterDocument> clusters(Question question, Instant now) {
    return PgTimeLimit.within(
        pool,
        transaction ->
            resolved(transaction, question)
                .compose(
                    filter -> {
                      Statement statement = statement(question, filter, now);
                      return transaction
                          .preparedQuery(statement.sql())
                          .execute(statement.parameters())
                          .map(
                              rows ->
                                  ClusterDocument.of(
                                      PgCells.clusters(rows, question.cells()),
                                      question.cells().level(),
                                      now,
                                      filter.flatMap(PgFilter::unindexed).isEmpty()));
                    }));
  }

  private static Future<Optional<Filter>> resolved(SqlClient client, Question question) {
    return question
        .filter()
        .map(filter -> PgGroupFilters.resolve(client, question.tenant(), filter).map(Optional::of))
        .orElse(Future.succeededFuture(Optional.empty()));
  }

  private record Statement(String sql, Tuple parameters) {}

  private static Statement statement(Question question, Optional<Filter> filter, Instant now) {
    Tuple parameters =
        Tuple.of(question.tenant().value(), (double) (1 << question.cells().level()));
    String sql =
        PgPools.UNCACHED
            + """
              select x, y,
                count(*) filter (where health = 'green') as green,
                count(*) filter (where health = 'red') as red,
                count(*) filter (where health = 'grey') as grey,
                sum(latitude) as latitudes, sum(longitude) as longitudes,
                min(longitude) as west, min(latitude) as south,
                max(longitude) as east, max(latitude) as north, min(id) as device
              from (
                select device.id, device.latitude, device.longitude, presence.health,
              """
            + PgCells.column("$2::double precision")
            + " as x, "
            + PgCells.row("$2::double precision")
            + " as y from "
            + (filter.isPresent() ? FILTERED : PLACED)
            + " where device.tenant = $1 and device.latitude is not null and "
            + PgCells.placed(question.cells(), parameters)
            + filter.map(tree -> " and " + new PgFilter(parameters, now).condition(tree)).orElse("")
            + question.keptTo().map(group -> " and " + member(group, parameters)).orElse("")
            + ") as standing group by x, y order by x, y";
    return new Statement(sql, parameters);
  }

  private static String member(String group, Tuple parameters) {
    parameters.addString(group);
    return "device.id in (select own.device_id from device_group_member own"
        + " where own.tenant = device.tenant and own.group_id = $"
        + parameters.size()
        + ")";
  }
}
