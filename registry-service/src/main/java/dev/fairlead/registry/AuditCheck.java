package dev.fairlead.registry;

import dev.fairlead.registry.audit.Audit;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Checks the audit of every tenant, for `--verify-audit`.
final class AuditCheck {

  private static final long CLOSE_SECONDS = 10;

  private AuditCheck() {}

  /// Prints a line a tenant.
  ///
  /// @param noted a file of what was printed before, to be compared
  /// @return whether every entry is as it was written, and none is missing
  static boolean run(RegistryConfig config, Optional<Path> noted, PrintStream out) {
    List<String> heads = noted.map(AuditCheck::read).orElse(List.of());
    Vertx vertx = Vertx.vertx();
    try {
      return get(() -> check(vertx, config, heads, out));
    } finally {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(CLOSE_SECONDS, TimeUnit.SECONDS)
          .join();
    }
  }

  private static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Future<Boolean> check(
      Vertx vertx, RegistryConfig config, List<String> noted, PrintStream out) {
    Pool pool =
        PgPools.create(vertx, config.database(), RegistryConfig.SERVICE, RegistryConfig.SERVICE);
    return Audit.verify(pool, config.opener(), noted, out::println).eventually(pool::close);
  }

  /// Blocks: nothing else happens in this process.
  private static <T> T get(Supplier<Future<T>> work) {
    return work.get().toCompletionStage().toCompletableFuture().join();
  }
}
