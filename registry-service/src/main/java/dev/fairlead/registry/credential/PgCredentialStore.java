package dev.fairlead.registry.credential;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.subdevice.PgSubDevices;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// What people do with the credentials of a device.
final class PgCredentialStore {

  private final Pool pool;

  PgCredentialStore(Pool pool) {
    this.pool = pool;
  }

  /// What became of a device's credentials.
  ///
  /// @param generation that holds now
  /// @param outboxId the last place in the outbox of what was said about it
  record Changed(long generation, long outboxId) {}

  /// Makes way for a new token.
  ///
  /// @param plan that token
  /// @param only whether all tokens before it are revoked
  /// @return fails with the problems `device-not-found` and `sub-device`
  Future<Changed> issue(DeviceKey device, DeviceTokens.Plan plan, boolean only, Act act) {
    return pool.withTransaction(
            transaction ->
                exists(transaction, device)
                    .compose(
                        nothing ->
                            only ? revoke(transaction, device, plan) : Future.succeededFuture(0L))
                    .compose(nothing -> PgCredentials.generation(transaction, device, plan))
                    .compose(
                        generation ->
                            PgAudit.append(transaction, act)
                                .map(outboxId -> new Changed(generation, outboxId))))
        .map(Objects::requireNonNull);
  }

  /// Revokes every token of a device.
  ///
  /// @param plan of a token made now: the revocation holds until that would run out
  /// @return fails with the problems `device-not-found` and `sub-device`
  Future<Changed> revoke(DeviceKey device, DeviceTokens.Plan plan, Act act) {
    return pool.withTransaction(
            transaction ->
                exists(transaction, device)
                    .compose(nothing -> PgAudit.append(transaction, act))
                    .compose(nothing -> revoke(transaction, device, plan))
                    .map(outboxId -> new Changed(0, outboxId)))
        .map(Objects::requireNonNull);
  }

  private static Future<Long> revoke(
      SqlConnection transaction, DeviceKey device, DeviceTokens.Plan plan) {
    return PgCredentials.revoke(transaction, device, plan.expiresAt())
        .compose(revocation -> PgOutbox.append(transaction, revocation.toRecord()));
  }

  /// Held until the end, so that the device is not deleted meanwhile.
  private static Future<Void> exists(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery("select parent from device where tenant = $1 and id = $2 for share")
        .execute(key(device))
        .compose(
            rows ->
                rows.size() == 1
                    ? PgSubDevices.requireOwnVoice(device, rows.iterator().next())
                    : Future.failedFuture(
                        new ProblemException(
                            ProblemType.DEVICE_NOT_FOUND,
                            "There is no device '" + device.device() + "'.")));
  }

  /// A token that is to be offered to a device over its live connection.
  ///
  /// @param generation of the token
  /// @param session that the device has
  /// @param address where that is
  record Offer(DeviceKey device, long generation, SessionId session, InboxAddress address) {}

  /// Makes way for a token of the next generation, which counts, and ends the older ones, once the
  /// device has used it.
  ///
  /// @return fails with the problems `device-not-found` and `device-offline`
  Future<Offer> rotate(DeviceKey device, DeviceTokens.Plan plan, Act act) {
    return pool.withTransaction(
            transaction ->
                exists(transaction, device)
                    .compose(nothing -> live(transaction, device))
                    .compose(
                        session ->
                            offer(transaction, device, plan, session)
                                .compose(offer -> PgAudit.append(transaction, act).map(offer))))
        .map(Objects::requireNonNull);
  }

  private static Future<Row> live(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery(
            """
            select session, address from presence
            where tenant = $1 and device_id = $2 and online and wire like 'fairlead.v1.%'
            """)
        .execute(key(device))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture(rows.iterator().next())
                    : Future.failedFuture(
                        new ProblemException(
                            ProblemType.DEVICE_OFFLINE,
                            "The device has no connection over which it can be given a token.")));
  }

  private static Future<Offer> offer(
      SqlConnection transaction, DeviceKey device, DeviceTokens.Plan plan, Row session) {
    return transaction
        .preparedQuery(
            """
            update credential
            set pending_generation = coalesce(pending_generation, generation + 1),
              expires_at = greatest(expires_at, $3), offered_at = $4
            where tenant = $1 and device_id = $2
            returning pending_generation
            """)
        .execute(
            key(device)
                .addOffsetDateTime(PgColumns.parameter(plan.expiresAt()))
                .addOffsetDateTime(PgColumns.parameter(plan.issuedAt())))
        .map(
            rows ->
                new Offer(
                    device,
                    rows.iterator().next().getLong("pending_generation"),
                    new SessionId(session.getString("session")),
                    InboxAddress.parse(session.getString("address"))));
  }

  private static Tuple key(DeviceKey device) {
    return Tuple.tuple().addString(device.tenant().value()).addString(device.device().value());
  }

  /// A part of the table, in the order of its keys.
  ///
  /// @param offers to devices in it that need another token and can be given one
  /// @param last key of the part; empty at the end of the table
  record Part(List<Offer> offers, Optional<DeviceKey> last) {}

  /// Goes over a part of the table and makes way for tokens of the same generation: for devices
  /// whose token a retiring key signed, or runs out soon, unless they were offered one in this
  /// session or today.
  ///
  /// @param after the last key of the part before
  /// @param retiring keys
  /// @param plan of the tokens
  Future<Part> due(
      Optional<DeviceKey> after,
      List<String> retiring,
      DeviceTokens.Plan plan,
      Instant soon,
      Instant lately,
      int rows) {
    return pool.withTransaction(
            transaction ->
                end(transaction, after, rows)
                    .compose(
                        last ->
                            due(transaction, after, last, retiring, plan, soon, lately)
                                .map(offers -> new Part(offers, last))))
        .map(Objects::requireNonNull);
  }

  private static Future<Optional<DeviceKey>> end(
      SqlConnection transaction, Optional<DeviceKey> after, int rows) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id from credential
            where (tenant, device_id) > ($1, $2)
            order by tenant, device_id offset $3 limit 1
            """)
        .execute(
            Tuple.of(
                after.map(key -> key.tenant().value()).orElse(""),
                after.map(key -> key.device().value()).orElse(""),
                rows - 1))
        .map(
            found ->
                found.size() == 0
                    ? Optional.empty()
                    : Optional.of(PgColumns.key(found.iterator().next())));
  }

  private static Future<List<Offer>> due(
      SqlConnection transaction,
      Optional<DeviceKey> after,
      Optional<DeviceKey> last,
      List<String> retiring,
      DeviceTokens.Plan plan,
      Instant soon,
      Instant lately) {
    return transaction
        .preparedQuery(
            """
            with due as (
              select c.tenant, c.device_id, p.session, p.address
              from credential c
              join presence p using (tenant, device_id)
              where (c.tenant, c.device_id) > ($1, $2)
                and ($3::text is null or (c.tenant, c.device_id) <= ($3, $4))
                and p.online and p.wire like 'fairlead.v1.%'
                and (c.key_id = any($5) or c.token_expires_at < $6)
                and (c.offered_at is null or c.offered_at < p.since or c.offered_at < $7)
              for update of c skip locked
            )
            update credential c
            set offered_at = $8, expires_at = greatest(c.expires_at, $9)
            from due
            where c.tenant = due.tenant and c.device_id = due.device_id
            returning c.tenant, c.device_id, coalesce(c.pending_generation, c.generation) as
              generation, due.session, due.address
            """)
        .execute(
            Tuple.tuple()
                .addString(after.map(key -> key.tenant().value()).orElse(""))
                .addString(after.map(key -> key.device().value()).orElse(""))
                .addString(last.map(key -> key.tenant().value()).orElse(null))
                .addString(last.map(key -> key.device().value()).orElse(null))
                .addArrayOfString(retiring.toArray(String[]::new))
                .addOffsetDateTime(PgColumns.parameter(soon))
                .addOffsetDateTime(PgColumns.parameter(lately))
                .addOffsetDateTime(PgColumns.parameter(plan.issuedAt()))
                .addOffsetDateTime(PgColumns.parameter(plan.expiresAt())))
        .map(
            rows -> {
              List<Offer> offers = new ArrayList<>(rows.size());
              rows.forEach(
                  row ->
                      offers.add(
                          new Offer(
                              PgColumns.key(row),
                              row.getLong("generation"),
                              new SessionId(row.getString("session")),
                              InboxAddress.parse(row.getString("address")))));
              return offers;
            });
  }

  /// A device that depends on a signing key.
  ///
  /// @param offeredAt when it was last offered another token, which it has not used yet
  record Dependent(
      String id, boolean online, Optional<Instant> tokenExpiresAt, Optional<Instant> offeredAt) {}

  /// The devices of a tenant that depend on a key, in the order of their ids.
  Future<List<Dependent>> dependents(
      TenantId tenant, String keyId, Optional<DeviceId> after, int limit) {
    return pool.preparedQuery(
            """
            select c.device_id, p.online, c.token_expires_at, c.offered_at
            from credential c
            join presence p using (tenant, device_id)
            where c.key_id = $1 and c.tenant = $2 and c.device_id > $3
            order by c.device_id
            limit $4
            """)
        .execute(Tuple.of(keyId, tenant.value(), after.map(DeviceId::value).orElse(""), limit))
        .map(
            rows -> {
              List<Dependent> dependents = new ArrayList<>(rows.size());
              rows.forEach(
                  row ->
                      dependents.add(
                          new Dependent(
                              row.getString("device_id"),
                              row.getBoolean("online"),
                              PgColumns.time(row, "token_expires_at"),
                              PgColumns.time(row, "offered_at"))));
              return dependents;
            });
  }
}
