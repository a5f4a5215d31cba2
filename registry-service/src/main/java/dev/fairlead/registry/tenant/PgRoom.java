package dev.fairlead.registry.tenant;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/// How much a tenant may have of what people make by hand.
///
/// @param table with a column `tenant`; a word of ours, which becomes part of a statement
/// @param max how many rows a tenant may have in it
/// @param what they are, for people
public record PgRoom(String table, int max, String what) {

  /// Checks that there is room for one more. Two that come at once may both pass: the bound is no
  /// exact one.
  ///
  /// @return fails with the problem `quota-exceeded`
  public Future<Void> check(SqlConnection transaction, TenantId tenant) {
    return transaction
        .preparedQuery("select count(*) as present from " + table + " where tenant = $1")
        .execute(Tuple.of(tenant.value()))
        .compose(
            rows ->
                rows.iterator().next().getLong("present") < max
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new ProblemException(
                            ProblemType.QUOTA_EXCEEDED,
                            "A tenant may have " + max + " " + what + ".")));
  }
}
