package dev.fairlead.command.batch;

import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.command.idempotency.PgIdempotency;
import dev.fairlead.command.idempotency.PgIdempotency.Claim;
import dev.fairlead.command.idempotency.PgIdempotency.Earlier;
import dev.fairlead.runtime.audit.Act;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/// Begins requests for many commands, or finds those that were begun before under the same key.
public final class PgBatchStarts {

  private final Pool pool;

  /// @param pool of the schema `command`
  public PgBatchStarts(Pool pool) {
    this.pool = pool;
  }

  /// Begins a request for many commands.
  ///
  /// @param id that it is to have
  /// @param claim by what its sender knows it again; makes this id
  /// @param act for the audit
  /// @return the id that it has: that of the first request with this key; fails with
  ///     `idempotency-conflict`
  Future<UUID> begin(UUID id, Optional<Claim> claim, Act act) {
    return pool.withTransaction(
            transaction ->
                claim
                    .map(key -> claimed(transaction, key))
                    .orElse(Future.succeededFuture(id))
                    .compose(
                        begun ->
                            begun.equals(id)
                                ? PgAudit.append(transaction, act, BatchRoutes.PATH + id).map(id)
                                : Future.succeededFuture(begun)
                                    .onSuccess(_ -> act.changedNothing())))
        .map(Objects::requireNonNull);
  }

  private static Future<UUID> claimed(SqlConnection transaction, Claim claim) {
    return PgIdempotency.take(transaction, List.of(claim))
        .compose(
            taken ->
                taken.contains(claim.key())
                    ? Future.succeededFuture(claim.made())
                    : PgIdempotency.earlier(transaction, List.of(claim))
                        .compose(
                            earlier -> same(claim, Optional.ofNullable(earlier.get(claim.key())))));
  }

  private static Future<UUID> same(Claim claim, Optional<Earlier> earlier) {
    return earlier
        .filter(known -> known.isSame(claim))
        .map(known -> Future.succeededFuture(known.made()))
        .orElseGet(() -> Future.failedFuture(PgIdempotency.conflict()));
  }
}
