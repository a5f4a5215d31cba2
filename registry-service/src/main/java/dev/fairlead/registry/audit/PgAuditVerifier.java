package dev.fairlead.registry.audit;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Goes through the chain of a tenant, as it stands at one moment.
final class PgAuditVerifier {

  private static final int PAGE = 1_000;

  private final Pool pool;
  private final AuditKey key;

  PgAuditVerifier(Pool pool, AuditKey key) {
    this.pool = pool;
    this.key = key;
  }

  /// The tenants that have a chain, or entries without one.
  Future<List<String>> tenants() {
    return pool.query(
            "select tenant from audit_chain union select tenant from audit order by tenant")
        .execute()
        .map(
            rows -> {
              List<String> tenants = new ArrayList<>(rows.size());
              rows.forEach(row -> tenants.add(row.getString("tenant")));
              return tenants;
            });
  }

  /// Checks every entry of a tenant.
  Future<AuditVerification> verify(String tenant) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .query("set transaction isolation level repeatable read, read only")
                    .execute()
                    .compose(nothing -> verify(transaction, tenant)))
        .map(Objects::requireNonNull);
  }

  private Future<AuditVerification> verify(SqlConnection transaction, String tenant) {
    return transaction
        .preparedQuery(
            """
            select tenant, first_sequence, first_previous, next_sequence, last_hash, seal
            from audit_chain where tenant = $1
            """)
        .execute(Tuple.of(tenant))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return unchained(transaction, tenant);
              }
              Row row = rows.iterator().next();
              AuditChain chain = PgAuditRows.chain(row);
              return AuditKey.same(key.seal(chain), row.getBuffer("seal").getBytes())
                  ? walk(transaction, new Walk(chain))
                  : Future.succeededFuture(
                      new Walk(chain).found("the ends of the chain were changed"));
            });
  }

  /// A chain that is gone takes its entries with it only where somebody deleted both.
  private static Future<AuditVerification> unchained(SqlConnection transaction, String tenant) {
    return transaction
        .preparedQuery("select exists(select 1 from audit where tenant = $1) as entries")
        .execute(Tuple.of(tenant))
        .map(
            rows -> {
              Walk walk = new Walk(AuditChain.empty(tenant));
              return rows.iterator().next().getBoolean("entries")
                  ? walk.found("the chain is missing")
                  : walk.intact();
            });
  }

  private Future<AuditVerification> walk(SqlConnection transaction, Walk walk) {
    return transaction
        .preparedQuery(
            "select "
                + PgAuditRows.COLUMNS
                + " from audit where tenant = $1 and sequence > $2 order by sequence limit $3")
        .execute(Tuple.of(walk.chain.tenant(), walk.sequence, PAGE))
        .compose(
            rows -> {
              Optional<String> fault = step(walk, rows);
              if (fault.isPresent()) {
                return Future.succeededFuture(walk.found(fault.get()));
              }
              return rows.size() < PAGE
                  ? Future.succeededFuture(end(walk))
                  : walk(transaction, walk);
            });
  }

  private Optional<String> step(Walk walk, RowSet<Row> rows) {
    for (Row row : rows) {
      long sequence = row.getLong("sequence");
      if (sequence != walk.sequence + 1) {
        return Optional.of("entry " + (walk.sequence + 1) + " is missing");
      }
      byte[] hash = key.hash(walk.hash, sequence, PgAuditRows.entry(row));
      if (!AuditKey.same(hash, row.getBuffer("hash").getBytes())) {
        return Optional.of("entry " + sequence + " was changed");
      }
      walk.sequence = sequence;
      walk.hash = hash;
    }
    return Optional.empty();
  }

  private static AuditVerification end(Walk walk) {
    if (walk.sequence + 1 < walk.chain.nextSequence()) {
      return walk.found("entry " + (walk.sequence + 1) + " is missing");
    }
    return walk.sequence + 1 == walk.chain.nextSequence()
            && AuditKey.same(walk.hash, walk.chain.lastHash())
        ? walk.intact()
        : walk.found("there are entries beyond the end of the chain");
  }

  /// How far a check has come; confined to its transaction.
  private static final class Walk {
    private final AuditChain chain;
    private long sequence;
    private byte[] hash;

    Walk(AuditChain chain) {
      this.chain = chain;
      this.sequence = chain.firstSequence() - 1;
      this.hash = chain.firstPrevious();
    }

    AuditVerification intact() {
      return result(Optional.empty());
    }

    AuditVerification found(String fault) {
      return result(Optional.of(fault));
    }

    private AuditVerification result(Optional<String> fault) {
      return new AuditVerification(
          chain.tenant(),
          fault.isEmpty(),
          sequence - chain.firstSequence() + 1,
          chain.firstSequence(),
          sequence,
          HexFormat.of().formatHex(hash),
          fault);
    }
  }
}
