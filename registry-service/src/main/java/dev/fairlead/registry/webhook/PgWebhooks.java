package dev.fairlead.registry.webhook;

import dev.fairlead.bus.feed.PgFeed;
import dev.fairlead.bus.feed.Position;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgRoom;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The table of webhooks, as far as people deal with them.
final class PgWebhooks {

  /// How many webhooks a tenant may have.
  private static final PgRoom ROOM = new PgRoom("webhook", 100, "webhooks");

  private final Pool pool;
  private final MasterKey master;

  /// @param pool of the registry's database
  /// @param master encrypts the secrets
  PgWebhooks(Pool pool, MasterKey master) {
    this.pool = pool;
    this.master = master;
  }

  /// Makes a webhook, which is sent what happens from now on.
  ///
  /// @param act for the audit
  /// @return fails with the problems `quota-exceeded`, `tenant-not-found`, and `validation-failed`
  ///     for a group that is not static
  Future<WebhookDocument> create(
      TenantId tenant, String id, WebhookEdit edit, WebhookSecret secret, Instant now, Act act) {
    Future<WebhookDocument> made =
        pool.withTransaction(
                transaction ->
                    ROOM.check(transaction, tenant)
                        .compose(_ -> requireStatic(transaction, tenant, edit.group()))
                        .compose(_ -> PgFeed.end(transaction))
                        .compose(end -> insert(transaction, tenant, id, edit, secret, end, now))
                        .compose(
                            document ->
                                PgAudit.append(transaction, act, WebhookRoutes.PATH + id)
                                    .map(document)))
            .map(Objects::requireNonNull);
    return PgTenants.required(tenant, made);
  }

  /// Holds the group, so that it is not deleted meanwhile.
  private static Future<Void> requireStatic(
      SqlConnection transaction, TenantId tenant, Optional<String> group) {
    if (group.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            select 1 from device_group
            where tenant = $1 and id = $2 and filter is null
            for key share
            """)
        .execute(Tuple.of(tenant.value(), group.get()))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new ProblemException(
                            ProblemType.VALIDATION_FAILED,
                            "There is no static group '" + group.get() + "'.")));
  }

  private Future<WebhookDocument> insert(
      SqlConnection transaction,
      TenantId tenant,
      String id,
      WebhookEdit edit,
      WebhookSecret secret,
      Position end,
      Instant now) {
    return transaction
        .preparedQuery(
            """
            insert into webhook
              (tenant, id, name, url, kinds, device, group_id, enabled, disabled_reason, secret,
               created_at, updated_at, cursor_xid, cursor_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, case when not $8 then 'by-hand' end, $9, $10,
              $10, $11::text::xid8, $12)
            returning
            """
                + PgWebhookRows.WEBHOOK)
        .execute(
            Tuple.tuple()
                .addString(tenant.value())
                .addString(id)
                .addString(edit.name())
                .addString(edit.url())
                .addArrayOfString(edit.words())
                .addValue(edit.device().orElse(null))
                .addValue(edit.group().orElse(null))
                .addBoolean(edit.enabled())
                .addBuffer(PgWebhookRows.encrypted(master, id, secret))
                .addOffsetDateTime(PgColumns.parameter(now))
                .addString(Long.toString(end.xid()))
                .addLong(end.id()))
        .map(rows -> PgWebhookRows.document(rows.iterator().next(), now));
  }

  /// Webhooks in the order of their ids.
  ///
  /// @param after the id before the first
  Future<List<WebhookDocument>> list(
      TenantId tenant, Optional<String> after, int limit, Instant now) {
    return pool.preparedQuery(
            "select "
                + PgWebhookRows.WEBHOOK
                + " from webhook where tenant = $1 and id > $2 order by id limit $3")
        .execute(Tuple.of(tenant.value(), after.orElse(""), limit))
        .map(
            rows -> {
              List<WebhookDocument> webhooks = new ArrayList<>(rows.size());
              rows.forEach(row -> webhooks.add(PgWebhookRows.document(row, now)));
              return webhooks;
            });
  }

  /// A webhook.
  ///
  /// @return fails with the problem `webhook-not-found`
  Future<WebhookDocument> get(TenantId tenant, String id, Instant now) {
    return pool.preparedQuery(
            "select " + PgWebhookRows.WEBHOOK + " from webhook where tenant = $1 and id = $2")
        .execute(Tuple.of(tenant.value(), id))
        .compose(rows -> PgWebhookRows.single(id, rows))
        .map(row -> PgWebhookRows.document(row, now));
  }

  /// Changes a webhook. One that is enabled again goes on where it stopped, at once.
  ///
  /// @param change what it shall be, of what it is
  /// @return fails with the problem `webhook-not-found`, with those of `change`, and with
  ///     `validation-failed` for a group that is not static
  Future<WebhookDocument> change(
      TenantId tenant, String id, UnaryOperator<WebhookEdit> change, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        "select "
                            + PgWebhookRows.WEBHOOK
                            + " from webhook where tenant = $1 and id = $2 for update")
                    .execute(Tuple.of(tenant.value(), id))
                    .compose(rows -> PgWebhookRows.single(id, rows))
                    .map(row -> change.apply(PgWebhookRows.edit(row)))
                    .compose(
                        edit ->
                            requireStatic(transaction, tenant, edit.group())
                                .compose(_ -> update(transaction, tenant, id, edit, now)))
                    .compose(document -> PgAudit.append(transaction, act).map(document)))
        .map(Objects::requireNonNull);
  }

  /// What it is in the table decides whether it was enabled before.
  private static Future<WebhookDocument> update(
      SqlConnection transaction, TenantId tenant, String id, WebhookEdit edit, Instant now) {
    return transaction
        .preparedQuery(
            """
            update webhook
            set name = $3, url = $4, kinds = $5, device = $6, group_id = $7, updated_at = $9,
              enabled = $8,
              disabled_reason = case
                when $8 then null when enabled then 'by-hand' else disabled_reason end,
              failures = case when $8 and not enabled then 0 else failures end,
              failing_since = case when $8 and not enabled then null else failing_since end,
              retry_at = case when enabled and url = $4 then retry_at end
            where tenant = $1 and id = $2
            returning
            """
                + PgWebhookRows.WEBHOOK)
        .execute(
            Tuple.tuple()
                .addString(tenant.value())
                .addString(id)
                .addString(edit.name())
                .addString(edit.url())
                .addArrayOfString(edit.words())
                .addValue(edit.device().orElse(null))
                .addValue(edit.group().orElse(null))
                .addBoolean(edit.enabled())
                .addOffsetDateTime(PgColumns.parameter(now)))
        .map(rows -> PgWebhookRows.document(rows.iterator().next(), now));
  }

  /// Gives a webhook another secret; messages are signed with the one of before as well for a
  /// while.
  ///
  /// @return fails with the problem `webhook-not-found`
  Future<WebhookDocument> rotate(
      TenantId tenant, String id, WebhookSecret secret, Duration overlap, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        update webhook
                        set previous_secret = secret, previous_until = $4, secret = $3,
                          updated_at = $5
                        where tenant = $1 and id = $2
                        returning
                        """
                            + PgWebhookRows.WEBHOOK)
                    .execute(
                        Tuple.of(
                            tenant.value(),
                            id,
                            PgWebhookRows.encrypted(master, id, secret),
                            PgColumns.parameter(now.plus(overlap)),
                            PgColumns.parameter(now)))
                    .compose(rows -> PgWebhookRows.single(id, rows))
                    .map(row -> PgWebhookRows.document(row, now))
                    .compose(document -> PgAudit.append(transaction, act).map(document)))
        .map(Objects::requireNonNull);
  }

  /// Deletes a webhook and what is known of its deliveries.
  ///
  /// @return fails with the problem `webhook-not-found`
  Future<Void> delete(TenantId tenant, String id, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery("delete from webhook where tenant = $1 and id = $2 returning id")
                    .execute(Tuple.of(tenant.value(), id))
                    .compose(rows -> PgWebhookRows.single(id, rows))
                    .compose(_ -> PgAudit.append(transaction, act)))
        .mapEmpty();
  }

  /// Where messages go to, and what they are signed with.
  ///
  /// @return fails with the problem `webhook-not-found`
  Future<WebhookSender.Target> target(TenantId tenant, String id) {
    return pool.preparedQuery(
            "select id, url, "
                + PgWebhookRows.SECRETS
                + " from webhook where tenant = $1 and id = $2")
        .execute(Tuple.of(tenant.value(), id))
        .compose(rows -> PgWebhookRows.single(id, rows))
        .map(row -> PgWebhookRows.target(row, master));
  }
}
