package dev.fairlead.launcher;

import dev.fairlead.embedded.EmbeddedKafka;
import dev.fairlead.embedded.EmbeddedKafkaOptions;
import dev.fairlead.embedded.EmbeddedPostgres;
import dev.fairlead.embedded.EmbeddedPostgresOptions;
import dev.fairlead.launcher.data.DataDirectory;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// The embedded broker and database, each behind a password of its own, started side by side.
///
/// @param settings how the services reach them, as environment variables
record Backends(Map<String, String> settings) {

  private static final String DATABASE = "fairlead";

  /// What stands for them before they are started, so that settings can be checked.
  static final Backends NOWHERE =
      new Backends(
          settings("localhost:9092", "none", "localhost", 5432, EmbeddedPostgres.USER, "none"));

  /// Starts both.
  ///
  /// @param progress told what takes long
  /// @param closers given what ends each of them
  /// @throws RuntimeException saying in one line which did not start
  static Backends start(
      DataDirectory directory,
      Consumer<String> progress,
      BiConsumer<String, AutoCloseable> closers) {
    progress.accept("starting Kafka and PostgreSQL …");
    String kafkaPassword = directory.secret("kafka-password");
    String postgresPassword = directory.secret("postgres-password");
    CompletableFuture<EmbeddedKafka> kafka =
        CompletableFuture.supplyAsync(
            () ->
                EmbeddedKafka.start(
                    EmbeddedKafkaOptions.in(directory.resolve("kafka"))
                        .withPassword(kafkaPassword)),
            Thread::startVirtualThread);
    EmbeddedPostgres postgres =
        EmbeddedPostgres.start(
            EmbeddedPostgresOptions.in(directory.resolve("postgres"), postgresPassword)
                .withProgress(progress));
    closers.accept("PostgreSQL", postgres);
    postgres.createDatabase(DATABASE);
    EmbeddedKafka broker = joined(kafka);
    closers.accept("Kafka", broker);

    return new Backends(
        settings(
            broker.bootstrapServers(),
            kafkaPassword,
            postgres.host(),
            postgres.port(),
            postgres.user(),
            postgres.password()));
  }

  private static Map<String, String> settings(
      String bootstrapServers,
      String kafkaPassword,
      String databaseHost,
      int databasePort,
      String databaseUser,
      String databasePassword) {
    return Map.of(
        "FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS",
        bootstrapServers,
        "FAIRLEAD_KAFKA_SECURITY_PROTOCOL",
        "SASL_PLAINTEXT",
        "FAIRLEAD_KAFKA_USER",
        EmbeddedKafka.USER,
        "FAIRLEAD_KAFKA_PASSWORD",
        kafkaPassword,
        "FAIRLEAD_DATABASE_URL",
        "postgresql://" + databaseHost + ":" + databasePort + "/" + DATABASE,
        "FAIRLEAD_DATABASE_USER",
        databaseUser,
        "FAIRLEAD_DATABASE_PASSWORD",
        databasePassword);
  }

  private static EmbeddedKafka joined(CompletableFuture<EmbeddedKafka> kafka) {
    try {
      return kafka.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
