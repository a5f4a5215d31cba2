package dev.fairlead.registry.credential;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What lies in the database encrypted with the master key. After a change of that key it is all
/// encrypted anew, so that the one before can be thrown away.
public final class PgEncrypted {

  private static final Logger log = LoggerFactory.getLogger(PgEncrypted.class);

  private PgEncrypted() {}

  /// A column.
  ///
  /// @param name an expression of SQL for the name that a row's text is encrypted under
  private record Column(String table, String column, String name) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column("signing_key", "private_jwk", "id"),
          new Column("audit_key", "secret", "'audit'"),
          new Column(
              "certificate_authority", "private_key", "'certificate-authority/' || fingerprint"),
          new Column("webhook", "secret", "'webhook/' || id"),
          new Column("webhook", "previous_secret", "'webhook/' || id"));

  /// Encrypts anew what the key before this one encrypted.
  ///
  /// @return fails when neither of them opens something
  public static Future<Void> renew(Pool pool, MasterKey key) {
    return pool.withTransaction(
            transaction ->
                PgSigningKeys.lock(transaction)
                    .compose(
                        nothing -> {
                          Future<Void> renewed = Future.succeededFuture();
                          for (Column column : COLUMNS) {
                            renewed = renewed.compose(before -> renew(transaction, key, column));
                          }
                          return renewed;
                        }))
        .mapEmpty();
  }

  private static Future<Void> renew(SqlConnection transaction, MasterKey key, Column column) {
    return transaction
        .query(
            "select %s as name, %s as secret from %s where %s is not null for update"
                .formatted(column.name(), column.column(), column.table(), column.column()))
        .execute()
        .compose(rows -> renew(transaction, key, column, rows));
  }

  private static Future<Void> renew(
      SqlConnection transaction, MasterKey key, Column column, RowSet<Row> rows) {
    Future<Void> renewed = Future.succeededFuture();
    for (Row row : rows) {
      String name = row.getString("name");
      byte[] secret = row.getBuffer("secret").getBytes();
      if (!key.isOfThis(name, secret)) {
        log.atInfo().addKeyValue("secret", name).log("encrypted with the new master key");
        renewed =
            renewed.compose(
                before ->
                    transaction
                        .preparedQuery(
                            "update %s set %s = $2 where %s = $1"
                                .formatted(column.table(), column.column(), column.name()))
                        .execute(
                            Tuple.of(
                                name, Buffer.buffer(key.encrypt(name, key.decrypt(name, secret)))))
                        .mapEmpty());
      }
    }
    return renewed;
  }
}
