package dev.fairlead.registry.device;

import dev.fairlead.registry.filter.Filter;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.Optional;

/// Whether only few devices have the tags, or the reported values, that a filter asks for. The
/// database takes some values for three times as frequent as they are, and then looks for a page
/// among all devices in their order, though an index leads to the few at once.
final class PgFewDevices {

  /// Up to so many are looked up and sorted for a page, which takes tens of milliseconds.
  private static final int FEW_MAX = 3_000;

  /// What is expected to be more is not counted. A sample tells so many from few even among
  /// millions.
  private static final int EXPECTED_MAX = 5 * FEW_MAX;

  private PgFewDevices() {}

  /// @param expression that of the filter, without names of dynamic groups
  static Future<Boolean> are(
      SqlConnection transaction, DeviceFilter filter, Optional<Filter> expression, Instant now) {
    return PgDeviceQuery.contained(filter, expression, now)
        .map(
            contained ->
                expected(transaction, contained)
                    .compose(
                        rows ->
                            rows > EXPECTED_MAX
                                ? Future.succeededFuture(false)
                                : counted(transaction, contained)))
        .orElseGet(() -> Future.succeededFuture(false));
  }

  private static Future<Long> expected(SqlConnection transaction, PgDeviceQuery devices) {
    return transaction
        .preparedQuery(PgPools.UNCACHED + "explain (format json) " + devices.sql())
        .execute(devices.parameters())
        .map(
            rows ->
                ((JsonArray) rows.iterator().next().getJson(0))
                    .getJsonObject(0)
                    .getJsonObject("Plan")
                    .getLong("Plan Rows"));
  }

  private static Future<Boolean> counted(SqlConnection transaction, PgDeviceQuery devices) {
    return transaction
        .preparedQuery(
            PgPools.UNCACHED
                + "select count(*) as found from ("
                + devices.sql()
                + " limit "
                + (FEW_MAX + 1)
                + ") as device")
        .execute(devices.parameters())
        .map(rows -> rows.iterator().next().getLong("found") <= FEW_MAX);
  }
}
