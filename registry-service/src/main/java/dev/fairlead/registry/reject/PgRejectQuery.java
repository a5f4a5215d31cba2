package dev.fairlead.registry.reject;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The tables of what was refused, as people and programs see them.
final class PgRejectQuery {

  private final Pool pool;

  PgRejectQuery(Pool pool) {
    this.pool = pool;
  }

  /// What was refused of a device.
  ///
  /// @return fails with the problem `device-not-found`
  Future<RejectDocument.All> get(DeviceKey device) {
    return requireDevice(pool, device)
        .compose(
            found ->
                pool.preparedQuery(
                        select(RejectSort.REPORTED)
                            + " union all "
                            + select(RejectSort.TELEMETRY)
                            + " order by sort")
                    .execute(key(device)))
        .map(
            rows -> {
              List<RejectDocument> items = new ArrayList<>();
              rows.forEach(row -> items.add(document(row)));
              return new RejectDocument.All(items);
            });
  }

  /// Forgets it, so that counting begins anew.
  ///
  /// @return fails with the problem `device-not-found`
  Future<Void> reset(DeviceKey device, Act act) {
    return pool.withTransaction(
            transaction ->
                requireDevice(transaction, device)
                    .compose(found -> delete(transaction, RejectSort.REPORTED, device))
                    .compose(nothing -> delete(transaction, RejectSort.TELEMETRY, device))
                    .compose(nothing -> PgAudit.append(transaction, act)))
        .mapEmpty();
  }

  private static Future<Void> delete(SqlConnection transaction, RejectSort sort, DeviceKey device) {
    return transaction
        .preparedQuery("delete from " + sort.table() + " where tenant = $1 and device_id = $2")
        .execute(key(device))
        .mapEmpty();
  }

  private static Future<Void> requireDevice(SqlClient client, DeviceKey device) {
    return client
        .preparedQuery("select id from device where tenant = $1 and id = $2")
        .execute(key(device))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new ProblemException(
                            ProblemType.DEVICE_NOT_FOUND,
                            "There is no device '" + device.device() + "'.")));
  }

  private static String select(RejectSort sort) {
    return """
    select '%s' as sort, count, first_at, last_at, errors::text as errors, document, cut
    from %s where tenant = $1 and device_id = $2
    """
        .formatted(sort.word(), sort.table());
  }

  private static Tuple key(DeviceKey device) {
    return Tuple.of(device.tenant().value(), device.device().value());
  }

  private static RejectDocument document(Row row) {
    return new RejectDocument(
        row.getString("sort"),
        row.getLong("count"),
        row.getOffsetDateTime("first_at").toInstant(),
        row.getOffsetDateTime("last_at").toInstant(),
        Json.read(row.getString("errors").getBytes(StandardCharsets.UTF_8), ArrayNode.class),
        row.getString("document"),
        row.getBoolean("cut"));
  }
}
