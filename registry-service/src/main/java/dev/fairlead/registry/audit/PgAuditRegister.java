package dev.fairlead.registry.audit;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The register of chains, as a row.
final class PgAuditRegister {

  private static final Logger log = LoggerFactory.getLogger(PgAuditRegister.class);

  private static final int PAGE = 5_000;

  private PgAuditRegister() {}

  /// The register, locked; one that is gone begins anew, and is never sealed.
  static Future<AuditRegister> lock(SqlConnection transaction, AuditKey key) {
    return transaction
        .preparedQuery(
            """
            insert into audit_register (chains, hash, seal) values ($1, $2, $3)
            on conflict (one) do nothing
            """)
        .execute(parameters(key, new AuditRegister(0, AuditRegister.empty().hash(), false)))
        .compose(
            rows ->
                transaction
                    .query("select chains, hash, seal from audit_register for update")
                    .execute())
        .map(rows -> register(key, rows.iterator().next()))
        .onSuccess(
            register -> {
              if (!register.sealed()) {
                log.atError().log("the register of the audit's chains was changed");
              }
            });
  }

  /// Puts a register in the place of the one before.
  static Future<Void> write(SqlConnection transaction, AuditKey key, AuditRegister register) {
    return transaction
        .preparedQuery(
            """
            insert into audit_register (chains, hash, seal) values ($1, $2, $3)
            on conflict (one) do update
            set chains = excluded.chains, hash = excluded.hash, seal = excluded.seal
            """)
        .execute(parameters(key, register))
        .mapEmpty();
  }

  /// What is wrong with the set of chains, if anything.
  static Future<Optional<String>> fault(SqlConnection transaction, AuditKey key) {
    return transaction
        .query("select chains, hash, seal from audit_register")
        .execute()
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return Future.succeededFuture(Optional.of("the register of chains is missing"));
              }
              AuditRegister register = register(key, rows.iterator().next());
              return register.sealed()
                  ? walk(transaction, key, register, AuditRegister.empty())
                  : Future.succeededFuture(Optional.of("the register of chains was changed"));
            });
  }

  private static Future<Optional<String>> walk(
      SqlConnection transaction, AuditKey key, AuditRegister whole, AuditRegister before) {
    return transaction
        .preparedQuery(
            "select tenant, number from audit_chain where number > $1 order by number limit $2")
        .execute(Tuple.of(before.chains(), PAGE))
        .compose(
            rows -> {
              AuditRegister seen = before;
              for (Row row : rows) {
                if (row.getLong("number") != seen.chains() + 1) {
                  return Future.succeededFuture(missing(seen));
                }
                seen = seen.with(key, row.getString("tenant"));
              }
              return rows.size() < PAGE
                  ? Future.succeededFuture(end(whole, seen))
                  : walk(transaction, key, whole, seen);
            });
  }

  private static Optional<String> end(AuditRegister whole, AuditRegister seen) {
    if (seen.chains() < whole.chains()) {
      return missing(seen);
    }
    return seen.chains() == whole.chains() && AuditKey.same(seen.hash(), whole.hash())
        ? Optional.empty()
        : Optional.of("there are chains that were never begun");
  }

  private static Optional<String> missing(AuditRegister seen) {
    return Optional.of("chain " + (seen.chains() + 1) + " is missing");
  }

  private static AuditRegister register(AuditKey key, Row row) {
    long chains = row.getLong("chains");
    byte[] hash = row.getBuffer("hash").getBytes();
    boolean sealed =
        key.seals(new AuditRegister(chains, hash, false), row.getBuffer("seal").getBytes());
    return new AuditRegister(chains, hash, sealed);
  }

  private static Tuple parameters(AuditKey key, AuditRegister register) {
    return Tuple.of(
        register.chains(), Buffer.buffer(register.hash()), Buffer.buffer(key.seal(register)));
  }
}
