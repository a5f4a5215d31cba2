package dev.fairlead.registry.enrolment;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgRoom;
import dev.fairlead.registry.tenant.PgTenants;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The table of provisioning keys. No other process has to know them.
final class PgProvisioningKeys {

  /// How many keys a tenant may have.
  private static final PgRoom ROOM = new PgRoom("provisioning_key", 1_000, "provisioning keys");

  private final Pool pool;

  PgProvisioningKeys(Pool pool) {
    this.pool = pool;
  }

  /// Keeps a new key.
  ///
  /// @param act for the audit
  /// @return fails with the problems `quota-exceeded` and `tenant-not-found`
  Future<Void> create(
      TenantId tenant, ProvisioningKeyDocument key, EnrolmentSecret secret, Act act) {
    Future<Void> made =
        pool.withTransaction(
                transaction ->
                    ROOM.check(transaction, tenant)
                        .compose(nothing -> insert(transaction, tenant, key, secret))
                        .compose(
                            nothing ->
                                PgAudit.append(
                                    transaction, act, ProvisioningKeyRoutes.PATH + key.id())))
            .mapEmpty();
    return PgTenants.required(tenant, made);
  }

  private static Future<Void> insert(
      SqlConnection transaction,
      TenantId tenant,
      ProvisioningKeyDocument key,
      EnrolmentSecret secret) {
    return transaction
        .preparedQuery(
            """
            insert into provisioning_key
              (id, sha256, tenant, name, prefix, accept, rule, type, tags,
               created_at, created_by, expires_at, uses_max)
            values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9::text::jsonb,
                    $10, $11, $12, $13)
            """)
        .execute(
            Tuple.from(
                Arrays.asList(
                    key.id(),
                    secret.fingerprint(),
                    tenant.value(),
                    key.name(),
                    key.prefix(),
                    key.accept(),
                    key.rule().map(PgJson::text).orElse(null),
                    key.type().orElse(null),
                    PgJson.text(key.tags()),
                    PgColumns.parameter(key.createdAt()),
                    key.createdBy(),
                    key.expiresAt().map(PgColumns::parameter).orElse(null),
                    key.usesMax().orElse(null))))
        .mapEmpty();
  }

  /// Keys of a tenant in the order of their ids.
  ///
  /// @param after the id before the first
  Future<List<ProvisioningKeyDocument>> list(TenantId tenant, Optional<String> after, int limit) {
    return pool.preparedQuery(
            """
            select id, name, prefix, accept, rule::text as rule, type, tags::text as tags,
                   created_at, created_by, expires_at, uses_max, uses, last_used_at
            from provisioning_key
            where tenant = $1 and id > $2
            order by id
            limit $3
            """)
        .execute(Tuple.of(tenant.value(), after.orElse(""), limit))
        .map(
            rows -> {
              List<ProvisioningKeyDocument> keys = new ArrayList<>(rows.size());
              rows.forEach(row -> keys.add(document(row)));
              return keys;
            });
  }

  private static ProvisioningKeyDocument document(Row row) {
    return new ProvisioningKeyDocument(
        row.getString("id"),
        row.getString("name"),
        row.getString("prefix"),
        row.getString("accept"),
        PgJson.rule(row),
        PgColumns.text(row, "type"),
        PgJson.tags(row),
        PgColumns.time(row, "created_at").orElseThrow(),
        row.getString("created_by"),
        PgColumns.time(row, "expires_at"),
        Optional.ofNullable(row.getInteger("uses_max")),
        row.getInteger("uses"),
        PgColumns.time(row, "last_used_at"));
  }

  /// Takes a key back.
  ///
  /// @param act for the audit
  /// @return fails with the problem `provisioning-key-not-found`
  Future<Void> delete(TenantId tenant, String id, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery("delete from provisioning_key where tenant = $1 and id = $2")
                    .execute(Tuple.of(tenant.value(), id))
                    .compose(
                        rows ->
                            rows.rowCount() == 1
                                ? PgAudit.append(transaction, act)
                                : Future.failedFuture(
                                    new ProblemException(
                                        ProblemType.PROVISIONING_KEY_NOT_FOUND,
                                        "There is no provisioning key '" + id + "'."))))
        .mapEmpty();
  }

  /// What a presented key says about the enrolments by it.
  ///
  /// @param suspended whether its tenant is
  record Presented(
      String id,
      TenantId tenant,
      Acceptance accept,
      Optional<EnrolmentRule> rule,
      Optional<String> type,
      Map<String, String> tags,
      Optional<Instant> expiresAt,
      boolean suspended) {

    Presented {
      tags = Map.copyOf(tags);
    }

    boolean isGood(Instant now) {
      return !suspended && (expiresAt.isEmpty() || expiresAt.get().isAfter(now));
    }
  }

  /// The key that a device presents. Its tenant is locked until the end of the transaction, so that
  /// enrolments of one tenant come one after the other and its bounds are exact, and before
  /// anything else, as by a deletion of the tenant.
  static Future<Optional<Presented>> presented(SqlConnection transaction, EnrolmentSecret key) {
    return transaction
        .preparedQuery(
            """
            select provisioning_key.id, tenant, accept, rule::text as rule, type,
                   tags::text as tags, expires_at, suspended
            from provisioning_key join tenant on tenant.id = provisioning_key.tenant
            where sha256 = $1
            for no key update of tenant
            """)
        .execute(Tuple.of(key.fingerprint()))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(presented(Objects.requireNonNull(rows.iterator().next()))));
  }

  private static Presented presented(Row row) {
    return new Presented(
        row.getString("id"),
        new TenantId(row.getString("tenant")),
        Acceptance.of(row.getString("accept")),
        PgJson.rule(row),
        PgColumns.text(row, "type"),
        PgJson.tags(row),
        PgColumns.time(row, "expires_at"),
        row.getBoolean("suspended"));
  }

  /// Counts a use, if the key is still there and allows another.
  ///
  /// @return fails with the problem `enrolment-refused`
  static Future<Void> use(SqlConnection transaction, String id, Instant now) {
    return transaction
        .preparedQuery(
            """
            update provisioning_key set uses = uses + 1, last_used_at = $2
            where id = $1 and (uses_max is null or uses < uses_max)
            """)
        .execute(Tuple.of(id, PgColumns.parameter(now)))
        .compose(
            rows ->
                rows.rowCount() == 1
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new ProblemException(
                            ProblemType.ENROLMENT_REFUSED,
                            "The provisioning key has been used as often as it may be.")));
  }
}
