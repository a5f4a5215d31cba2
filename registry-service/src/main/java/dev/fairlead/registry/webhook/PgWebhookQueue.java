package dev.fairlead.registry.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.bus.feed.FeedEvent;
import dev.fairlead.bus.feed.Position;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeFilter;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.delivery.Outcome;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// The table of webhooks, as far as it is a queue. Whoever has claimed one holds its lease, and
/// writes nothing about it any more once that is another's.
final class PgWebhookQueue {

  private static final int DELIVERED_KEPT = 200;
  private static final int DEAD_KEPT = 1_000;
  private static final Duration KEPT = Duration.ofDays(30);

  private static final String CLAIM =
      """
      update webhook
      set lease = $1, leased_until = now() + $2::float8 * interval '1 millisecond'
      from (
        select tenant as due_tenant, id as due_id from webhook w
        where enabled
          and (failures > 0) = $3
          and (leased_until is null or leased_until < now())
          and (retry_at is null or retry_at <= now())
          and exists (
            select 1 from change
            where change.tenant = w.tenant
              and (change.xid, change.id) > (w.cursor_xid, w.cursor_id)
              and change.xid < pg_snapshot_xmin(pg_current_snapshot()))
          and not exists (select 1 from tenant where tenant.id = w.tenant and tenant.suspended)
        order by attempted_at nulls first
        limit $4
        for update of w skip locked
      ) due
      where tenant = due_tenant and id = due_id
      returning tenant, kinds, device, group_id, id, url, cursor_xid::text as cursor_xid, cursor_id,
      """
          + PgWebhookRows.SECRETS;

  private final Pool pool;
  private final MasterKey master;
  private final WebhookSettings settings;

  PgWebhookQueue(Pool pool, MasterKey master, WebhookSettings settings) {
    this.pool = pool;
    this.master = master;
    this.settings = settings;
  }

  /// A webhook that nobody else sends to now.
  ///
  /// @param cursor up to which it was sent everything
  record Claimed(
      TenantId tenant,
      String id,
      String lease,
      WebhookSender.Target target,
      ChangeFilter filter,
      Position cursor) {

    /// The same further on.
    Claimed at(Position position) {
      return new Claimed(tenant, id, lease, target, filter, position);
    }
  }

  /// Claims webhooks that something is there for, those that were served longest ago first.
  ///
  /// @param failing those whose last attempt failed, or else the others
  Future<List<Claimed>> claim(int most, boolean failing) {
    String lease = UUID.randomUUID().toString();
    return pool.preparedQuery(CLAIM)
        .execute(Tuple.of(lease, (double) settings.lease().toMillis(), failing, most))
        .map(
            rows -> {
              List<Claimed> claimed = new ArrayList<>(rows.size());
              rows.forEach(row -> claimed.add(claimed(row, lease)));
              return claimed;
            });
  }

  private Claimed claimed(Row row, String lease) {
    TenantId tenant = new TenantId(row.getString("tenant"));
    return new Claimed(
        tenant,
        row.getString("id"),
        lease,
        PgWebhookRows.target(row, master),
        PgWebhookRows.filter(tenant, row),
        PgWebhookRows.cursor(row));
  }

  /// Moves on without having sent anything.
  ///
  /// @return whether the lease holds
  Future<Boolean> moved(Claimed webhook, Position to) {
    return pool.withTransaction(transaction -> advance(transaction, webhook, to))
        .map(Objects::requireNonNull);
  }

  private Future<Boolean> advance(SqlConnection transaction, Claimed webhook, Position to) {
    return transaction
        .preparedQuery(
            """
            update webhook
            set cursor_xid = $4::text::xid8, cursor_id = $5,
              leased_until = now() + $6::float8 * interval '1 millisecond'
            where tenant = $1 and id = $2 and lease = $3
            """)
        .execute(
            Tuple.of(
                webhook.tenant().value(),
                webhook.id(),
                webhook.lease(),
                Long.toString(to.xid()),
                to.id(),
                (double) settings.lease().toMillis()))
        .map(rows -> rows.rowCount() == 1);
  }

  /// Gives a webhook back.
  Future<Void> release(Claimed webhook) {
    return pool.preparedQuery(
            """
            update webhook set lease = null, leased_until = null
            where tenant = $1 and id = $2 and lease = $3
            """)
        .execute(Tuple.of(webhook.tenant().value(), webhook.id(), webhook.lease()))
        .mapEmpty();
  }

  /// Gives a webhook back, to be claimed again after a while.
  Future<Void> rest(Claimed webhook, Duration pause) {
    return pool.preparedQuery(
            """
            update webhook
            set lease = null, leased_until = now() + $4::float8 * interval '1 millisecond'
            where tenant = $1 and id = $2 and lease = $3
            """)
        .execute(
            Tuple.of(
                webhook.tenant().value(), webhook.id(), webhook.lease(), (double) pause.toMillis()))
        .mapEmpty();
  }

  /// Writes down that an event was taken, and moves on behind it.
  ///
  /// @return whether the lease holds
  Future<Boolean> delivered(
      Claimed webhook, FeedEvent event, Position behind, Outcome outcome, Instant now) {
    return pool.withTransaction(
            transaction ->
                advance(transaction, webhook, behind)
                    .compose(
                        held ->
                            held
                                ? record(transaction, webhook, event, "delivered", outcome, now)
                                    .compose(_ -> healthy(transaction, webhook, now))
                                    .map(true)
                                : Future.succeededFuture(false)))
        .map(Objects::requireNonNull);
  }

  private static Future<Void> healthy(SqlConnection transaction, Claimed webhook, Instant now) {
    return transaction
        .preparedQuery(
            """
            update webhook
            set failures = 0, failing_since = null, retry_at = null, last_success_at = $3,
              attempted_at = $3
            where tenant = $1 and id = $2
            """)
        .execute(Tuple.of(webhook.tenant().value(), webhook.id(), PgColumns.parameter(now)))
        .mapEmpty();
  }

  /// Writes down that an event was not taken. It is tried again later, or given up; a webhook that
  /// has failed for too long, or wants nothing any more, is disabled.
  ///
  /// @return whether it may go on with the next event
  Future<Boolean> failed(
      Claimed webhook, FeedEvent event, Position behind, Outcome outcome, Instant now) {
    return pool.withTransaction(
            transaction ->
                advance(transaction, webhook, webhook.cursor())
                    .compose(
                        held ->
                            held
                                ? failed(transaction, webhook, event, behind, outcome, now)
                                : Future.succeededFuture(false)))
        .map(Objects::requireNonNull);
  }

  private Future<Boolean> failed(
      SqlConnection transaction,
      Claimed webhook,
      FeedEvent event,
      Position behind,
      Outcome outcome,
      Instant now) {
    return record(transaction, webhook, event, "retrying", outcome, now)
        .compose(
            attempts -> {
              Optional<Duration> wait =
                  settings
                      .retries()
                      .waitAfter(attempts, () -> ThreadLocalRandom.current().nextDouble());
              Future<Void> written =
                  wait.isPresent()
                      ? Future.succeededFuture()
                      : advance(transaction, webhook, behind)
                          .compose(_ -> giveUp(transaction, webhook, event.id()));
              Optional<Instant> retryAt =
                  wait.map(
                      least ->
                          now.plus(
                              outcome
                                  .notBefore()
                                  .filter(asked -> asked.compareTo(least) > 0)
                                  .orElse(least)));
              return written
                  .compose(_ -> unhealthy(transaction, webhook, outcome, retryAt, now))
                  .compose(_ -> disable(transaction, webhook, outcome, now))
                  .map(disabled -> wait.isEmpty() && !disabled);
            });
  }

  private static Future<Void> unhealthy(
      SqlConnection transaction,
      Claimed webhook,
      Outcome outcome,
      Optional<Instant> retryAt,
      Instant now) {
    return transaction
        .preparedQuery(
            """
            update webhook
            set failures = failures + 1, failing_since = coalesce(failing_since, $3),
              last_failure_at = $3, last_failure = $4, retry_at = $5, attempted_at = $3
            where tenant = $1 and id = $2
            """)
        .execute(
            Tuple.tuple()
                .addString(webhook.tenant().value())
                .addString(webhook.id())
                .addOffsetDateTime(PgColumns.parameter(now))
                .addString(outcome.failure().orElse(""))
                .addValue(retryAt.map(PgColumns::parameter).orElse(null)))
        .mapEmpty();
  }

  /// @return whether it was disabled
  private Future<Boolean> disable(
      SqlConnection transaction, Claimed webhook, Outcome outcome, Instant now) {
    String reason = outcome.gone() ? "gone" : "failing";
    return transaction
        .preparedQuery(
            """
            update webhook set enabled = false, disabled_reason = $3, retry_at = null
            where tenant = $1 and id = $2 and enabled and ($4 or failing_since <= $5)
            returning name
            """)
        .execute(
            Tuple.of(
                webhook.tenant().value(),
                webhook.id(),
                reason,
                outcome.gone(),
                PgColumns.parameter(now.minus(settings.disableAfter()))))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.succeededFuture(false)
                    : PgChanges.append(
                            transaction,
                            List.of(
                                new Change(
                                    webhook.tenant(),
                                    Optional.empty(),
                                    ChangeKind.WEBHOOK_DISABLED,
                                    now,
                                    JsonNodeFactory.instance
                                        .objectNode()
                                        .put("webhook", webhook.id())
                                        .put("name", rows.iterator().next().getString("name"))
                                        .put("reason", reason))))
                        .map(true));
  }

  /// @return how often it has been tried now
  private static Future<Integer> record(
      SqlConnection transaction,
      Claimed webhook,
      FeedEvent event,
      String state,
      Outcome outcome,
      Instant now) {
    return transaction
        .preparedQuery(
            """
            insert into webhook_delivery
              (tenant, webhook_id, id, event, state, attempts, status, failure, first_at, last_at)
            values ($1, $2, $3, $4::text::jsonb, $5, 1, $6, $7, $8, $8)
            on conflict (tenant, webhook_id, id) do update
            set state = excluded.state, attempts = webhook_delivery.attempts + 1,
              status = excluded.status, failure = excluded.failure, last_at = excluded.last_at
            returning attempts
            """)
        .execute(
            Tuple.tuple()
                .addString(webhook.tenant().value())
                .addString(webhook.id())
                .addString(event.id())
                .addString(Json.text(event))
                .addString(state)
                .addValue(outcome.status().orElse(null))
                .addValue(outcome.failure().orElse(null))
                .addOffsetDateTime(PgColumns.parameter(now)))
        .map(rows -> rows.iterator().next().getInteger("attempts"));
  }

  private static Future<Void> giveUp(SqlConnection transaction, Claimed webhook, String event) {
    return transaction
        .preparedQuery(
            """
            update webhook_delivery set state = 'dead'
            where tenant = $1 and webhook_id = $2 and id = $3
            """)
        .execute(Tuple.of(webhook.tenant().value(), webhook.id(), event))
        .mapEmpty();
  }

  /// Forgets deliveries that are old, or too many. What is still called `retrying` although the
  /// webhook is past it, for its filter was changed or the change is gone, is given up.
  Future<Void> tidy(Claimed webhook, Optional<String> head, Instant now) {
    return pool.preparedQuery(
            """
            with given_up as (
              update webhook_delivery set state = 'dead'
              where tenant = $1 and webhook_id = $2 and state = 'retrying'
                and id is distinct from $3
                and exists (
                  select 1 from webhook where tenant = $1 and webhook.id = $2 and lease = $7)
            ), ranked as (
              select id, state, last_at,
                row_number() over (partition by state order by number desc) as place
              from webhook_delivery where tenant = $1 and webhook_id = $2
            )
            delete from webhook_delivery
            using ranked
            where webhook_delivery.tenant = $1 and webhook_delivery.webhook_id = $2
              and webhook_delivery.id = ranked.id
              and (ranked.last_at < $4 or ranked.place > case ranked.state
                when 'delivered' then $5::integer else $6::integer end)
            """)
        .execute(
            Tuple.tuple()
                .addString(webhook.tenant().value())
                .addString(webhook.id())
                .addValue(head.orElse(null))
                .addOffsetDateTime(PgColumns.parameter(now.minus(KEPT)))
                .addInteger(DELIVERED_KEPT)
                .addInteger(DEAD_KEPT)
                .addString(webhook.lease()))
        .mapEmpty();
  }

  /// Moves webhooks on that nothing has happened for, so that their places do not grow too old. May
  /// be called by anybody at any time.
  Future<Void> moveIdle() {
    return pool.query(
            """
            update webhook w
            set cursor_xid = pg_snapshot_xmin(pg_current_snapshot()), cursor_id = 0
            where cursor_xid < pg_snapshot_xmin(pg_current_snapshot())
              and (leased_until is null or leased_until < now())
              and not exists (
                select 1 from change
                where change.tenant = w.tenant
                  and (change.xid, change.id) > (w.cursor_xid, w.cursor_id)
                  and change.xid < pg_snapshot_xmin(pg_current_snapshot()))
            """)
        .execute()
        .mapEmpty();
  }
}
