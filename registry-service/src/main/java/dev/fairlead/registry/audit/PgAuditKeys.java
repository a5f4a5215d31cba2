package dev.fairlead.registry.audit;

import dev.fairlead.registry.credential.MasterKey;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Objects;

/// The one key of the audit.
final class PgAuditKeys {

  private static final String NAME = "audit";

  private PgAuditKeys() {}

  /// The key; made where there is none.
  ///
  /// @return fails when the master key does not open it
  static Future<AuditKey> loadOrMake(Pool pool, MasterKey masterKey) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        "insert into audit_key (secret) values ($1) on conflict do nothing")
                    .execute(Tuple.of(Buffer.buffer(masterKey.encrypt(NAME, AuditKey.random()))))
                    .compose(rows -> load(transaction, masterKey)))
        .map(Objects::requireNonNull);
  }

  private static Future<AuditKey> load(SqlConnection transaction, MasterKey masterKey) {
    return transaction
        .query("select secret from audit_key")
        .execute()
        .map(
            rows ->
                AuditKey.of(
                    masterKey.decrypt(
                        NAME, rows.iterator().next().getBuffer("secret").getBytes())));
  }
}
