package dev.fairlead.registry.audit;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

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
  Future<SortedSet<String>> tenants() {
    return pool.query("select tenant from audit_chain union select tenant from audit")
        .execute()
        .map(
            rows -> {
              SortedSet<String> tenants = new TreeSet<>();
              rows.forEach(row -> tenants.add(row.getString("tenant")));
              return tenants;
            });
  }

  /// What is wrong with the set of chains, if anything.
  Future<Optional<String>> fault() {
    return atOneMoment(transaction -> PgAuditRegister.fault(transaction, key));
  }

  /// Checks every entry of a tenant.
  Future<AuditVerification> verify(String tenant) {
    return verify(tenant, Collections.emptySortedMap());
  }

  /// The same, also against what was noted elsewhere.
  ///
  /// @param noted hashes by the number of the entry
  Future<AuditVerification> verify(String tenant, SortedMap<Long, String> noted) {
    return atOneMoment(
        transaction ->
            PgAuditChains.find(transaction, key, tenant)
                .compose(
                    found ->
                        found
                            .map(chain -> walk(transaction, new AuditWalk(key, chain, noted)))
                            .orElseGet(() -> unchained(transaction, tenant, noted))));
  }

  private <T> Future<T> atOneMoment(Function<SqlConnection, Future<T>> work) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .query("set transaction isolation level repeatable read, read only")
                    .execute()
                    .compose(nothing -> work.apply(transaction)))
        .map(Objects::requireNonNull);
  }

  /// A tenant that did nothing has no chain; that one which did has lost it is seen here by what is
  /// left of its entries or was noted, and else by the register.
  private Future<AuditVerification> unchained(
      SqlConnection transaction, String tenant, SortedMap<Long, String> noted) {
    return transaction
        .preparedQuery("select exists(select 1 from audit where tenant = $1) as entries")
        .execute(Tuple.of(tenant))
        .map(
            rows -> {
              AuditWalk walk = new AuditWalk(key, AuditChain.empty(tenant), noted);
              return walk.result(
                  rows.iterator().next().getBoolean("entries")
                      ? Optional.of("the chain is missing")
                      : walk.begin().or(walk::end));
            });
  }

  private Future<AuditVerification> walk(SqlConnection transaction, AuditWalk walk) {
    Optional<String> fault = walk.begin();
    return fault.isPresent()
        ? Future.succeededFuture(walk.result(fault))
        : further(transaction, walk);
  }

  private Future<AuditVerification> further(SqlConnection transaction, AuditWalk walk) {
    return transaction
        .preparedQuery(
            "select "
                + PgAuditRows.COLUMNS
                + " from audit where tenant = $1 and sequence > $2 order by sequence limit $3")
        .execute(Tuple.of(walk.tenant(), walk.sequence(), PAGE))
        .compose(
            rows -> {
              Optional<String> fault = steps(walk, rows);
              if (fault.isPresent()) {
                return Future.succeededFuture(walk.result(fault));
              }
              return rows.size() < PAGE
                  ? Future.succeededFuture(walk.result(walk.end()))
                  : further(transaction, walk);
            });
  }

  private static Optional<String> steps(AuditWalk walk, RowSet<Row> rows) {
    for (Row row : rows) {
      Optional<String> fault = PgAuditRows.step(walk, row);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return Optional.empty();
  }
}
