package dev.fairlead.registry.webhook;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.delivery.Outcome;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The table of deliveries, as far as people deal with them.
final class PgDeliveries {

  private final Pool pool;

  /// @param pool of the registry's database
  PgDeliveries(Pool pool) {
    this.pool = pool;
  }

  /// Deliveries of a webhook, the latest first.
  ///
  /// @param state only those; empty for all
  /// @param before only those with a lower number
  /// @return fails with the problem `webhook-not-found`
  Future<List<WebhookDocument.Delivery>> list(
      TenantId tenant, String webhook, Optional<String> state, long before, int limit) {
    return pool.preparedQuery("select id from webhook where tenant = $1 and id = $2")
        .execute(Tuple.of(tenant.value(), webhook))
        .compose(rows -> PgWebhookRows.single(webhook, rows))
        .compose(
            _ ->
                pool.preparedQuery(
                        "select "
                            + PgWebhookRows.DELIVERY
                            + """
                              from webhook_delivery
                              where tenant = $1 and webhook_id = $2 and number < $3
                                and ($4::text is null or state = $4)
                              order by number desc
                              limit $5
                              """)
                    .execute(
                        Tuple.tuple()
                            .addString(tenant.value())
                            .addString(webhook)
                            .addLong(before)
                            .addValue(state.orElse(null))
                            .addInteger(limit)))
        .map(
            rows -> {
              List<WebhookDocument.Delivery> deliveries = new ArrayList<>(rows.size());
              rows.forEach(row -> deliveries.add(PgWebhookRows.delivery(row)));
              return deliveries;
            });
  }

  /// A delivery.
  ///
  /// @return fails with the problem `delivery-not-found`
  Future<WebhookDocument.Delivery> get(TenantId tenant, String webhook, String id) {
    return pool.preparedQuery(
            "select "
                + PgWebhookRows.DELIVERY
                + " from webhook_delivery where tenant = $1 and webhook_id = $2 and id = $3")
        .execute(Tuple.of(tenant.value(), webhook, id))
        .compose(rows -> single(id, rows))
        .map(PgWebhookRows::delivery);
  }

  /// Writes down what became of a delivery that was sent once more by hand.
  ///
  /// @return fails with the problem `delivery-not-found`
  Future<WebhookDocument.Delivery> sentAgain(
      TenantId tenant, String webhook, String id, Outcome outcome, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        update webhook_delivery
                        set attempts = attempts + 1, status = $5, failure = $6, last_at = $7,
                          state = case when $4 then 'delivered' else state end
                        where tenant = $1 and webhook_id = $2 and id = $3
                        returning
                        """
                            + PgWebhookRows.DELIVERY)
                    .execute(
                        Tuple.tuple()
                            .addString(tenant.value())
                            .addString(webhook)
                            .addString(id)
                            .addBoolean(outcome.delivered())
                            .addValue(outcome.status().orElse(null))
                            .addValue(outcome.failure().orElse(null))
                            .addOffsetDateTime(PgColumns.parameter(now)))
                    .compose(rows -> single(id, rows))
                    .compose(row -> PgAudit.append(transaction, act).map(row)))
        .map(Objects::requireNonNull)
        .map(PgWebhookRows::delivery);
  }

  /// Has a webhook that waits for its next attempt try at once.
  Future<Void> hurry(TenantId tenant, String webhook, Act act) {
    return pool.withTransaction(
            (SqlConnection transaction) ->
                transaction
                    .preparedQuery(
                        "update webhook set retry_at = null where tenant = $1 and id = $2")
                    .execute(Tuple.of(tenant.value(), webhook))
                    .compose(_ -> PgAudit.append(transaction, act)))
        .mapEmpty();
  }

  private static Future<Row> single(String id, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(rows.iterator().next())
        : Future.failedFuture(
            new ProblemException(
                ProblemType.DELIVERY_NOT_FOUND, "There is no delivery '" + id + "'."));
  }
}
