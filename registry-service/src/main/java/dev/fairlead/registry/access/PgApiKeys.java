package dev.fairlead.registry.access;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The table of API keys.
final class PgApiKeys {

  /// The id of the key that the operator of the installation sets.
  static final String ADMIN = "admin";

  private PgApiKeys() {}

  /// Makes `key` the admin key.
  ///
  /// @return what takes the key before it back, if it was another one
  static Future<Optional<AccessMessage>> replaceAdmin(
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
              return before == null || before.equals(sha256)
                  ? Optional.empty()
                  : Optional.of(new AccessMessage.Withdrawn(AccessMessage.API_KEY + before));
            });
  }

  /// All keys.
  static Future<List<AccessMessage>> all(SqlConnection transaction) {
    return transaction
        .query("select id, sha256, tenant, role, expires_at from api_key order by id")
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
        PgColumns.time(row, "expires_at").map(Instant::toEpochMilli).orElse(0L));
  }
}
