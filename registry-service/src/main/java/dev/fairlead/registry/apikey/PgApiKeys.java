package dev.fairlead.registry.apikey;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.ApiKeyUse;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgRoom;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The table of API keys. What it writes it also says on `fairlead.access`, through the outbox.
public final class PgApiKeys {

  /// The id of the key that the operator of the installation sets.
  private static final String ADMIN = "admin";

  /// How many keys a tenant may have.
  private static final PgRoom ROOM = new PgRoom("api_key", 1_000, "API keys");

  private final Pool pool;

  /// @param pool of the registry's database
  public PgApiKeys(Pool pool) {
    this.pool = pool;
  }

  /// A key that was made.
  ///
  /// @param outboxId the place in the outbox of what was said about it
  record Made(ApiKeyDocument document, long outboxId) {}

  /// Makes a key.
  ///
  /// @param group a static one, whose devices alone the key is for
  /// @param maker the id of the key that asked for it
  /// @param act for the audit
  /// @return fails with the problems `quota-exceeded`, `group-not-found`, `tenant-not-found` and,
  ///     for a dynamic group, `validation-failed`
  Future<Made> create(
      TenantId tenant,
      String name,
      Role role,
      Optional<String> group,
      ApiKeySecret secret,
      Optional<Instant> expiresAt,
      String maker,
      Instant now,
      Act act) {
    String id = UUID.randomUUID().toString();
    AccessMessage.ApiKey message =
        new AccessMessage.ApiKey(
            AccessView.fingerprint(secret.text()),
            id,
            tenant.value(),
            role.name(),
            group,
            expiresAt.map(Instant::toEpochMilli).orElse(0L));
    ApiKeyDocument document =
        new ApiKeyDocument(
            id,
            name,
            secret.prefix(),
            ApiKeyDocument.word(role),
            group,
            now,
            maker,
            expiresAt,
            Optional.empty());
    Future<Made> made =
        pool.withTransaction(
                transaction ->
                    ROOM.check(transaction, tenant)
                        .compose(nothing -> requireGroup(transaction, tenant, group))
                        .compose(nothing -> insert(transaction, message, document))
                        .compose(
                            nothing -> PgAudit.append(transaction, act, ApiKeyRoutes.PATH + id))
                        .compose(nothing -> PgOutbox.append(transaction, message.toRecord())))
            .map(outboxId -> new Made(document, Objects.requireNonNull(outboxId)));
    return PgTenants.required(tenant, made);
  }

  /// What is in a dynamic group changes with what devices say of themselves: no ground for a right.
  private static Future<Void> requireGroup(
      SqlConnection transaction, TenantId tenant, Optional<String> group) {
    if (group.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            "select filter from device_group where tenant = $1 and id = $2 for key share")
        .execute(Tuple.of(tenant.value(), group.get()))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return failed(
                    ProblemType.GROUP_NOT_FOUND, "There is no group '" + group.get() + "'.");
              }
              return rows.iterator().next().getString("filter") == null
                  ? Future.succeededFuture()
                  : failed(ProblemType.VALIDATION_FAILED, "A key can only be for a static group.");
            });
  }

  private static Future<Void> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }

  private static Future<Void> insert(
      SqlConnection transaction, AccessMessage.ApiKey message, ApiKeyDocument document) {
    return transaction
        .preparedQuery(
            """
            insert into api_key
              (id, sha256, tenant, role, expires_at, created_at, name, prefix, created_by, group_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """)
        .execute(
            Tuple.from(
                Arrays.asList(
                    message.id(),
                    message.sha256(),
                    message.tenant(),
                    message.role(),
                    document.expiresAt().map(PgColumns::parameter).orElse(null),
                    PgColumns.parameter(document.createdAt()),
                    document.name(),
                    document.prefix(),
                    document.createdBy(),
                    document.group().orElse(null))))
        .mapEmpty();
  }

  /// Keys of a tenant in the order of their ids.
  ///
  /// @param after the id before the first
  Future<List<ApiKeyDocument>> list(TenantId tenant, Optional<String> after, int limit) {
    return pool.preparedQuery(
            """
            select id, name, prefix, role, group_id, created_at, created_by, expires_at, last_used_at
            from api_key
            where tenant = $1 and id > $2
            order by id
            limit $3
            """)
        .execute(Tuple.of(tenant.value(), after.orElse(""), limit))
        .map(
            rows -> {
              List<ApiKeyDocument> keys = new ArrayList<>(rows.size());
              rows.forEach(row -> keys.add(document(row)));
              return keys;
            });
  }

  private static ApiKeyDocument document(Row row) {
    return new ApiKeyDocument(
        row.getString("id"),
        row.getString("name"),
        row.getString("prefix"),
        ApiKeyDocument.word(Role.valueOf(row.getString("role"))),
        PgColumns.text(row, "group_id"),
        PgColumns.time(row, "created_at").orElseThrow(),
        row.getString("created_by"),
        PgColumns.time(row, "expires_at"),
        PgColumns.time(row, "last_used_at"));
  }

  /// Takes a key back.
  ///
  /// @param role of the one who asks, who cannot take back what allows more
  /// @param act for the audit
  /// @return the place in the outbox of what was said about it; fails with the problems
  ///     `api-key-not-found` and `forbidden`
  Future<Long> delete(TenantId tenant, String id, Role role, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        "delete from api_key where tenant = $1 and id = $2 returning sha256, role")
                    .execute(Tuple.of(tenant.value(), id))
                    .compose(rows -> withdrawn(rows, id, role))
                    .compose(
                        message ->
                            PgAudit.append(transaction, act)
                                .compose(
                                    nothing -> PgOutbox.append(transaction, message.toRecord()))))
        .map(Objects::requireNonNull);
  }

  private static Future<AccessMessage> withdrawn(RowSet<Row> rows, String id, Role role) {
    if (rows.size() == 0) {
      return Future.failedFuture(
          new ProblemException(ProblemType.API_KEY_NOT_FOUND, "There is no API key '" + id + "'."));
    }
    if (id.equals(ADMIN)) {
      return Future.failedFuture(
          new ProblemException(
              ProblemType.FORBIDDEN, "The operator's key is changed where it is set."));
    }
    Row row = rows.iterator().next();
    if (!role.includes(Role.valueOf(row.getString("role")))) {
      return Future.failedFuture(
          new ProblemException(ProblemType.FORBIDDEN, "The key allows more than yours does."));
    }
    return Future.succeededFuture(
        new AccessMessage.Withdrawn(AccessMessage.API_KEY + row.getString("sha256")));
  }

  /// Notes when keys were used; what is known later stays.
  public static Future<Void> used(SqlConnection transaction, List<ApiKeyUse> uses) {
    if (uses.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            update api_key set last_used_at = used.at
            from (
              select tenant, id, max(at) as at
              from unnest($1::text[], $2::text[], $3::timestamptz[]) as used (tenant, id, at)
              group by tenant, id
            ) as used
            where api_key.tenant = used.tenant and api_key.id = used.id
              and (last_used_at is null or last_used_at < used.at)
            """)
        .execute(
            Tuple.tuple()
                .addArrayOfString(
                    uses.stream().map(use -> use.tenant().value()).toArray(String[]::new))
                .addArrayOfString(uses.stream().map(ApiKeyUse::keyId).toArray(String[]::new))
                .addArrayOfOffsetDateTime(
                    uses.stream()
                        .map(use -> PgColumns.parameter(use.at()))
                        .toArray(OffsetDateTime[]::new)))
        .mapEmpty();
  }

  /// Makes `key` the admin key.
  ///
  /// @return what takes the key before it back, if it was another one
  public static Future<Optional<AccessMessage>> replaceAdmin(
      SqlConnection transaction, Secret key, Instant now) {
    String sha256 = AccessView.fingerprint(key.reveal());
    return transaction
        .preparedQuery(
            """
            with before as (select sha256 from api_key where id = $1)
            insert into api_key (id, sha256, tenant, role, created_at)
            values ($1, $2, $3, $4, $5)
            on conflict (id) do update
            set sha256 = excluded.sha256, tenant = excluded.tenant, role = excluded.role
            returning (select sha256 from before) as before
            """)
        .execute(
            Tuple.of(
                ADMIN,
                sha256,
                TenantId.DEFAULT.value(),
                Role.PLATFORM.name(),
                PgColumns.parameter(now)))
        .map(
            rows -> {
              @Nullable String before = rows.iterator().next().getString("before");
              return Optional.ofNullable(before)
                  .filter(fingerprint -> isOther(fingerprint, sha256))
                  .map(old -> new AccessMessage.Withdrawn(AccessMessage.API_KEY + old));
            });
  }

  /// Fingerprints are no secrets: nothing leads from one back to its key.
  private static boolean isOther(String fingerprint, String sha256) {
    return !fingerprint.equals(sha256);
  }

  /// All keys.
  public static Future<List<AccessMessage>> all(SqlConnection transaction) {
    return transaction
        .query("select id, sha256, tenant, role, group_id, expires_at from api_key order by id")
        .execute()
        .map(
            rows -> {
              List<AccessMessage> keys = new ArrayList<>(rows.size());
              rows.forEach(row -> keys.add(key(row)));
              return keys;
            });
  }

  private static AccessMessage key(Row row) {
    return new AccessMessage.ApiKey(
        row.getString("sha256"),
        row.getString("id"),
        row.getString("tenant"),
        row.getString("role"),
        PgColumns.text(row, "group_id"),
        PgColumns.time(row, "expires_at").map(Instant::toEpochMilli).orElse(0L));
  }
}
