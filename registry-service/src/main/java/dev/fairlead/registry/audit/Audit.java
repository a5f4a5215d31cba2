package dev.fairlead.registry.audit;

import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.registry.row.LongQueries;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/// The audit, put together.
public final class Audit {

  private final Pool pool;
  private final AuditKey key;
  private final PgAuditRetention retention;

  private Audit(Pool pool, AuditKey key, PgAuditRetention retention) {
    this.pool = pool;
    this.key = key;
    this.retention = retention;
  }

  /// Opens the audit, and begins to take old entries away.
  ///
  /// @param kept how long an entry is kept
  /// @return fails when the master key does not open the key of the audit
  public static Future<Audit> open(
      Vertx vertx, Pool pool, MasterKey masterKey, Duration kept, InstantSource clock) {
    return PgAuditKeys.loadOrMake(pool, masterKey)
        .map(
            key -> {
              PgAuditRetention retention = new PgAuditRetention(vertx, pool, key, kept, clock);
              retention.start();
              return new Audit(pool, key, retention);
            });
  }

  /// Checks every tenant's chain, and that none is missing.
  ///
  /// @param noted lines that were told by earlier checks and kept elsewhere; empty for none
  /// @param told of each chain, in a line; what begins with `#` is about all of them
  /// @return whether all is intact; fails for lines that no check told
  public static Future<Boolean> verify(
      Pool pool, MasterKey masterKey, List<String> noted, Consumer<String> told) {
    return Future.<List<String>>succeededFuture(noted)
        .map(NotedHeads::of)
        .compose(
            heads ->
                PgAuditKeys.load(pool, masterKey)
                    .map(key -> new PgAuditVerifier(pool, key))
                    .compose(verifier -> verify(verifier, heads, told)));
  }

  private static Future<Boolean> verify(
      PgAuditVerifier verifier, NotedHeads noted, Consumer<String> told) {
    return verifier
        .fault()
        .compose(
            fault -> {
              told.accept("# chains: " + fault.map(what -> "BROKEN, " + what).orElse("all there"));
              return verifyEach(verifier, noted, told).map(intact -> intact && fault.isEmpty());
            });
  }

  private static Future<Boolean> verifyEach(
      PgAuditVerifier verifier, NotedHeads noted, Consumer<String> told) {
    return verifier
        .tenants()
        .compose(
            tenants -> {
              tenants.addAll(noted.tenants());
              Future<Boolean> intact = Future.succeededFuture(true);
              for (String tenant : tenants) {
                intact =
                    intact.compose(
                        before ->
                            verifier
                                .verify(tenant, noted.of(tenant))
                                .map(
                                    found -> {
                                      told.accept(found.line());
                                      return before && found.intact();
                                    }));
              }
              return intact;
            });
  }

  /// The way of entries from the bus into the tables.
  public Feed feed(DeadLetters deadLetters) {
    return PgAuditFeed.feed(pool, key, deadLetters);
  }

  /// The operations.
  ///
  /// @param longQueries for going through a whole chain
  public AuditRoutes routes(LongQueries longQueries) {
    return new AuditRoutes(
        new PgAuditQuery(longQueries.pool()),
        new PgAuditVerifier(longQueries.pool(), key),
        longQueries);
  }

  /// Stops taking old entries away.
  public Future<Void> close() {
    return retention.close();
  }
}
