package dev.fairlead.registry.credential;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.PresentedCredential;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The table of credential generations. A row outlives its device: a token of the device that was
/// must not open the door for one that is made again under the same id.
public final class PgCredentials {

  private PgCredentials() {}

  /// The generation for a new token: above all that were revoked.
  ///
  /// @param plan the token that will be made
  public static Future<Long> generation(
      SqlConnection transaction, DeviceKey device, DeviceTokens.Plan plan) {
    return transaction
        .preparedQuery(
            """
            insert into credential
              (tenant, device_id, generation, expires_at, key_id, token_expires_at)
            values ($1, $2, 1, $3, $4, $3)
            on conflict (tenant, device_id) do update
            set expires_at = greatest(credential.expires_at, excluded.expires_at),
              key_id = excluded.key_id, token_expires_at = excluded.token_expires_at,
              offered_at = null
            returning generation
            """)
        .execute(
            Tuple.of(
                device.tenant().value(),
                device.device().value(),
                PgColumns.parameter(plan.expiresAt()),
                plan.keyId()))
        .map(rows -> rows.iterator().next().getLong("generation"));
  }

  /// The generation for a certificate of a device: the one that holds, or that will hold as soon as
  /// the device takes up the token it is offered. Makes those wait that ask for the same device.
  ///
  /// @param expiresAt when that certificate runs out
  public static Future<Long> certificateGeneration(
      SqlConnection transaction, DeviceKey device, Instant expiresAt) {
    return transaction
        .preparedQuery(
            """
            insert into credential (tenant, device_id, generation, expires_at)
            values ($1, $2, 1, $3)
            on conflict (tenant, device_id) do update
            set expires_at = greatest(credential.expires_at, excluded.expires_at)
            returning coalesce(pending_generation, generation) as generation
            """)
        .execute(
            Tuple.of(
                device.tenant().value(), device.device().value(), PgColumns.parameter(expiresAt)))
        .map(rows -> rows.iterator().next().getLong("generation"));
  }

  /// Revokes all credentials that a device has; the next ones are a generation higher. One that was
  /// imported may never have had any, and nothing of it is left to be revoked.
  ///
  /// @param until when a token that is made now would run out; the revocation holds until then, or
  ///     until the last token that was issued runs out, if that is later
  /// @return what admission has to know
  public static Future<AccessMessage.Revocation> revoke(
      SqlConnection transaction, DeviceKey device, Instant until) {
    return transaction
        .preparedQuery(
            """
            insert into credential (tenant, device_id, generation, expires_at, revoked_until)
            values ($1, $2, 1, $3, $3)
            on conflict (tenant, device_id) do update
            set generation = coalesce(credential.pending_generation, credential.generation) + 1,
              pending_generation = null, offered_at = null,
              key_id = null, token_expires_at = null,
              revoked_until = greatest(credential.expires_at, $3)
            returning tenant, device_id, generation, revoked_until
            """)
        .execute(
            Tuple.of(device.tenant().value(), device.device().value(), PgColumns.parameter(until)))
        .map(rows -> revocation(rows.iterator().next()));
  }

  /// A page of the revocations that still count, in the order of their keys.
  ///
  /// @param after the last key of the page before
  public static Future<List<AccessMessage.Revocation>> revocations(
      SqlConnection transaction, Optional<DeviceKey> after, Instant now, int limit) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id, generation, revoked_until
            from credential
            where revoked_until > $3 and (tenant, device_id) > ($1, $2)
            order by tenant, device_id
            limit $4
            """)
        .execute(
            Tuple.of(
                after.map(key -> key.tenant().value()).orElse(""),
                after.map(key -> key.device().value()).orElse(""),
                PgColumns.parameter(now),
                limit))
        .map(PgCredentials::revocations);
  }

  /// Forgets some revocations that no token can need any more.
  ///
  /// @return those that were forgotten; fewer than `limit` when no more are left
  public static Future<List<AccessMessage.Revocation>> forgetExpired(
      SqlConnection transaction, Instant now, int limit) {
    return transaction
        .preparedQuery(
            """
            with expired as (
              select tenant, device_id, revoked_until from credential
              where revoked_until <= $1
              order by revoked_until
              limit $2
              for update skip locked
            )
            update credential set revoked_until = null
            from expired
            where credential.tenant = expired.tenant
              and credential.device_id = expired.device_id
            returning credential.tenant, credential.device_id, generation, expired.revoked_until
            """)
        .execute(Tuple.of(PgColumns.parameter(now), limit))
        .map(PgCredentials::revocations);
  }

  /// Takes in what devices came in with. One that uses a generation that it was offered has put the
  /// older ones away: they no longer count.
  ///
  /// @param used the newest token of each device
  /// @return what admission has to know
  public static Future<List<AccessMessage.Revocation>> used(
      SqlConnection transaction, Map<DeviceKey, PresentedCredential.Token> used) {
    if (used.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    List<DeviceKey> devices = used.keySet().stream().sorted(PgColumns.LOCK_ORDER).toList();
    List<PresentedCredential.Token> tokens = devices.stream().map(used::get).toList();
    return transaction
        .preparedQuery(
            """
            with used as (
              select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
                as u(tenant, device_id, key_id, generation, expires)
            ), known as (
              select c.tenant, c.device_id, u.key_id, to_timestamp(u.expires) as token_expires_at,
                c.pending_generation is not null and u.generation >= c.pending_generation as taken
              from credential c
              join used u using (tenant, device_id)
              where c.key_id is distinct from u.key_id
                or c.token_expires_at is distinct from to_timestamp(u.expires)
                or c.pending_generation <= u.generation
              order by c.tenant, c.device_id
              for update of c
            )
            update credential c
            set key_id = known.key_id, token_expires_at = known.token_expires_at,
              offered_at = null,
              generation = case when taken then pending_generation else generation end,
              revoked_until = case when taken then greatest(expires_at, known.token_expires_at)
                else revoked_until end,
              pending_generation = case when taken then null else pending_generation end
            from known
            where c.tenant = known.tenant and c.device_id = known.device_id
            returning c.tenant, c.device_id, c.generation, c.revoked_until, taken
            """)
        .execute(
            PgColumns.keys(devices)
                .addArrayOfString(
                    tokens.stream().map(PresentedCredential.Token::keyId).toArray(String[]::new))
                .addArrayOfLong(
                    tokens.stream().map(PresentedCredential.Token::generation).toArray(Long[]::new))
                .addArrayOfLong(
                    tokens.stream()
                        .map(PresentedCredential.Token::expiresAtSeconds)
                        .toArray(Long[]::new)))
        .map(
            rows -> {
              List<AccessMessage.Revocation> taken = new ArrayList<>();
              for (Row row : rows) {
                if (row.getBoolean("taken")) {
                  taken.add(revocation(row));
                }
              }
              return taken;
            });
  }

  private static List<AccessMessage.Revocation> revocations(RowSet<Row> rows) {
    List<AccessMessage.Revocation> revocations = new ArrayList<>(rows.size());
    rows.forEach(row -> revocations.add(revocation(row)));
    return revocations;
  }

  /// The generation that holds is the lowest that is good.
  private static AccessMessage.Revocation revocation(Row row) {
    return new AccessMessage.Revocation(
        PgColumns.key(row),
        row.getLong("generation"),
        row.getOffsetDateTime("revoked_until").toInstant().toEpochMilli());
  }
}
