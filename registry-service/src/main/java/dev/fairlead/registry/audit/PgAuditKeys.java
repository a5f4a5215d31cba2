package dev.fairlead.registry.audit;

import dev.fairlead.registry.credential.MasterKey;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Objects;

/// The one key of the audit.
final class PgAuditKeys {

  private static final String NAME = "audit";

  /// Before a key whose chains were registered. It is encrypted with the key, so that nobody can
  /// take the register away and have another begun over what they left.
  private static final String REGISTERED = "registered ";

  private PgAuditKeys() {}

  /// The key; made where there is none, together with the register of chains.
  ///
  /// @return fails when the master key does not open it
  static Future<AuditKey> loadOrMake(Pool pool, MasterKey masterKey) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        "insert into audit_key (secret) values ($1) on conflict do nothing")
                    .execute(Tuple.of(encrypted(masterKey, AuditKey.random())))
                    .compose(
                        rows ->
                            transaction.query("select secret from audit_key for update").execute())
                    .compose(rows -> registered(transaction, masterKey, text(masterKey, rows))))
        .map(Objects::requireNonNull);
  }

  /// The key as it is.
  ///
  /// @return fails when there is none, or the master key does not open it
  static Future<AuditKey> load(SqlClient client, MasterKey masterKey) {
    return client
        .query("select secret from audit_key")
        .execute()
        .map(
            rows -> {
              if (rows.size() == 0) {
                throw new IllegalStateException("the key of the audit is missing");
              }
              return key(text(masterKey, rows));
            });
  }

  private static Future<AuditKey> registered(
      SqlConnection transaction, MasterKey masterKey, String text) {
    AuditKey key = key(text);
    return text.startsWith(REGISTERED)
        ? Future.succeededFuture(key)
        : PgAuditChains.registerAll(transaction, key)
            .compose(
                nothing ->
                    transaction
                        .preparedQuery("update audit_key set secret = $1")
                        .execute(Tuple.of(encrypted(masterKey, REGISTERED + text))))
            .map(key);
  }

  private static AuditKey key(String text) {
    return AuditKey.of(text.startsWith(REGISTERED) ? text.substring(REGISTERED.length()) : text);
  }

  private static String text(MasterKey masterKey, RowSet<Row> rows) {
    return masterKey.decrypt(NAME, rows.iterator().next().getBuffer("secret").getBytes());
  }

  private static Buffer encrypted(MasterKey masterKey, String text) {
    return Buffer.buffer(masterKey.encrypt(NAME, text));
  }
}
