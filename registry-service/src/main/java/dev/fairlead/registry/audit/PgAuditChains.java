package dev.fairlead.registry.audit;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The ends of chains, as rows.
final class PgAuditChains {

  private static final Logger log = LoggerFactory.getLogger(PgAuditChains.class);

  private static final String SELECT =
      """
      select tenant, first_sequence, first_previous, next_sequence, last_hash, seal
      from audit_chain where tenant = $1
      """;

  private PgAuditChains() {}

  /// Begins and registers the chains that are not there yet.
  ///
  /// The register is locked before any chain is, and only where there is something to begin: so no
  /// two transactions wait for each other crosswise, and tenants that have a chain for nobody.
  ///
  /// @param tenants whose
  static Future<Void> begin(SqlConnection transaction, AuditKey key, Collection<String> tenants) {
    return unregistered(transaction, tenants)
        .compose(
            missing ->
                missing.isEmpty()
                    ? Future.succeededFuture()
                    : PgAuditRegister.lock(transaction, key)
                        .compose(
                            register ->
                                // Once more: somebody else may have begun them meanwhile.
                                unregistered(transaction, missing)
                                    .compose(rest -> begin(transaction, key, register, rest))));
  }

  private static Future<List<String>> unregistered(
      SqlConnection transaction, Collection<String> tenants) {
    return transaction
        .preparedQuery(
            """
            select t.tenant from unnest($1::text[]) as t (tenant)
            where not exists
              (select 1 from audit_chain c where c.tenant = t.tenant and c.number is not null)
            order by t.tenant collate "C"
            """)
        .execute(Tuple.tuple().addArrayOfString(tenants.toArray(String[]::new)))
        .map(PgAuditChains::tenants);
  }

  private static Future<Void> begin(
      SqlConnection transaction, AuditKey key, AuditRegister before, List<String> tenants) {
    AuditRegister register = before;
    List<Tuple> rows = new ArrayList<>(tenants.size());
    for (String tenant : tenants) {
      register = register.with(key, tenant);
      rows.add(parameters(key, AuditChain.empty(tenant)).addLong(register.chains()));
    }
    if (rows.isEmpty()) {
      return Future.succeededFuture();
    }
    AuditRegister after = register;
    return transaction
        .preparedQuery(
            """
            insert into audit_chain
              (tenant, first_sequence, first_previous, next_sequence, last_hash, seal, number)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (tenant) do update set number = excluded.number
            """)
        .executeBatch(rows)
        .compose(written -> PgAuditRegister.write(transaction, key, after));
  }

  /// Begins the register anew with all the chains that there are.
  static Future<Void> registerAll(SqlConnection transaction, AuditKey key) {
    return PgAuditRegister.write(transaction, key, AuditRegister.empty())
        .compose(nothing -> transaction.query("update audit_chain set number = null").execute())
        .compose(rows -> transaction.query("select tenant from audit_chain").execute())
        .compose(rows -> begin(transaction, key, tenants(rows)));
  }

  /// The chain of a tenant, which was begun, and locked.
  static Future<AuditChain> lock(SqlConnection transaction, AuditKey key, String tenant) {
    return transaction
        .preparedQuery(SELECT + " for update")
        .execute(Tuple.of(tenant))
        .map(rows -> chain(key, rows.iterator().next()))
        .onSuccess(
            chain -> {
              if (!chain.sealed()) {
                log.atError()
                    .addKeyValue("tenant", tenant)
                    .log("the ends of the audit's chain were changed");
              }
            });
  }

  /// The chain of a tenant, if it was begun.
  static Future<Optional<AuditChain>> find(SqlConnection transaction, AuditKey key, String tenant) {
    return transaction
        .preparedQuery(SELECT)
        .execute(Tuple.of(tenant))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(chain(key, rows.iterator().next())));
  }

  static Future<Void> write(SqlConnection transaction, AuditKey key, AuditChain chain) {
    return transaction
        .preparedQuery(
            """
            update audit_chain
            set first_sequence = $2, first_previous = $3, next_sequence = $4, last_hash = $5,
              seal = $6
            where tenant = $1
            """)
        .execute(parameters(key, chain))
        .mapEmpty();
  }

  private static AuditChain chain(AuditKey key, Row row) {
    AuditChain read =
        new AuditChain(
            row.getString("tenant"),
            row.getLong("first_sequence"),
            row.getBuffer("first_previous").getBytes(),
            row.getLong("next_sequence"),
            row.getBuffer("last_hash").getBytes(),
            false);
    return key.seals(read, row.getBuffer("seal").getBytes()) ? read.asSealed() : read;
  }

  private static Tuple parameters(AuditKey key, AuditChain chain) {
    return Tuple.of(
        chain.tenant(),
        chain.firstSequence(),
        Buffer.buffer(chain.firstPrevious()),
        chain.nextSequence(),
        Buffer.buffer(chain.lastHash()),
        Buffer.buffer(key.seal(chain)));
  }

  private static List<String> tenants(RowSet<Row> rows) {
    List<String> tenants = new ArrayList<>(rows.size());
    rows.forEach(row -> tenants.add(row.getString("tenant")));
    return tenants;
  }
}
