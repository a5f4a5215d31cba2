package dev.fairlead.registry;

import dev.fairlead.registry.audit.Audit;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Checks the audit of every tenant, for `--verify-audit`.
final class AuditCheck {

  private static final long CLOSE_SECONDS = 10;

  private AuditCheck() {}

  /// Prints a line a tenant.
  ///
  /// @return whether every entry is as it was written, and none is missing
  static boolean run(RegistryConfig config, PrintStream out) {
    Vertx vertx = Vertx.vertx();
    try {
      return get(() -> check(vertx, config, out));
    } finally {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(CLOSE_SECONDS, TimeUnit.SECONDS)
          .join();
    }
  }

  private static Future<Boolean> check(Vertx vertx, RegistryConfig config, PrintStream out) {
    Pool pool =
        PgPools.create(vertx, config.database(), RegistryConfig.SERVICE, RegistryConfig.SERVICE);
    return Audit.verify(pool, config.opener(), out::println).eventually(pool::close);
  }

  /// Blocks: nothing else happens in this process.
  private static <T> T get(Supplier<Future<T>> work) {
    return work.get().toCompletionStage().toCompletableFuture().join();
  }
}
