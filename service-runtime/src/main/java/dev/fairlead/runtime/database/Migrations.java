package dev.fairlead.runtime.database;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the schema of a service up to date: the files `<schema>/migration/V0001__….sql` on the
/// class path, in order, each once, under a lock of the database, so that any number of processes
/// may start together.
public final class Migrations {
  private static final Logger log = LoggerFactory.getLogger(Migrations.class);

  /// How often, a second apart, a process asks for the lock that another one holds, or for a
  /// database that is not there yet.
  private static final int ATTEMPTS_MAX = 60;

  private static final long TIMEOUT_MINUTES = 30;

  private Migrations() {}

  /// Migrates, makes the schema if need be, and returns when it is done. Blocks, for as long as the
  /// migrations take.
  ///
  /// @return how many migrations were run
  /// @throws org.flywaydb.core.api.FlywayException when the database cannot be reached within a
  ///     minute, a migration fails, or one that ran has changed since
  public static int run(DatabaseSettings settings, String schema) {
    int executed = configuration(settings, schema).load().migrate().migrationsExecuted;
    log.atInfo()
        .addKeyValue("schema", schema)
        .addKeyValue("migrations", executed)
        .log("schema is up to date");
    return executed;
  }

  /// The same, on one thread that is named after the schema and ends with it.
  public static Future<Integer> run(Vertx vertx, DatabaseSettings settings, String schema) {
    WorkerExecutor executor =
        vertx.createSharedWorkerExecutor("migrate-" + schema, 1, TIMEOUT_MINUTES, TimeUnit.MINUTES);
    return executor.executeBlocking(() -> run(settings, schema)).eventually(executor::close);
  }

  private static FluentConfiguration configuration(DatabaseSettings settings, String schema) {
    return Flyway.configure()
        .dataSource(settings.jdbcUrl(), settings.user(), settings.password().reveal())
        .schemas(SchemaName.check(schema))
        .locations("classpath:" + schema + "/migration")
        .failOnMissingLocations(true)
        .validateMigrationNaming(true)
        .cleanDisabled(true)
        .connectRetries(ATTEMPTS_MAX)
        .connectRetriesInterval(1)
        .lockRetryCount(ATTEMPTS_MAX)
        // The lock of a session would not survive a pooler between us and the database.
        .configuration(Map.of("flyway.postgresql.transactional.lock", "true"));
  }
}
