package dev.fairlead.launcher;

import dev.fairlead.embedded.EmbeddedKafka;
import dev.fairlead.embedded.EmbeddedKafkaOptions;
import dev.fairlead.embedded.EmbeddedPostgres;
import dev.fairlead.embedded.EmbeddedPostgresOptions;
import dev.fairlead.launcher.data.DataDirectory;
import java.util.HashMap;
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

    Map<String, String> settings = new HashMap<>();
    settings.put("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
    settings.put("FAIRLEAD_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT");
    settings.put("FAIRLEAD_KAFKA_USER", EmbeddedKafka.USER);
    settings.put("FAIRLEAD_KAFKA_PASSWORD", kafkaPassword);
    settings.put(
        "FAIRLEAD_DATABASE_URL",
        "postgresql://" + postgres.host() + ":" + postgres.port() + "/" + DATABASE);
    settings.put("FAIRLEAD_DATABASE_USER", postgres.user());
    settings.put("FAIRLEAD_DATABASE_PASSWORD", postgres.password());
    return new Backends(Map.copyOf(settings));
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
