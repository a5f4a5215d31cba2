package dev.fairlead.embedded.testing;

import dev.fairlead.embedded.EmbeddedKafka;
import dev.fairlead.embedded.EmbeddedKafkaOptions;
import dev.fairlead.embedded.EmbeddedPostgres;
import dev.fairlead.embedded.EmbeddedPostgresOptions;
import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.embedded.testing.TestBackends.Kafka;
import java.nio.file.Path;
import java.util.Map;

/// The servers embedded, with their data in a temporary directory.
final class EmbeddedBackends implements TestBackends.Provider {
  private static final String PASSWORD = "test";

  @Override
  public Kafka startKafka() {
    TemporaryDirectory directory = TemporaryDirectory.create("kafka");
    EmbeddedKafka kafka =
        directory.keepIfStarted(path -> EmbeddedKafka.start(EmbeddedKafkaOptions.in(path)));
    AtJvmEnd.close(kafka, directory);
    return new Kafka(kafka.bootstrapServers(), kafka.clientProperties());
  }

  @Override
  public Database startPostgres() {
    TemporaryDirectory directory = TemporaryDirectory.create("postgres");
    EmbeddedPostgres postgres = directory.keepIfStarted(EmbeddedBackends::postgres);
    AtJvmEnd.close(postgres, directory);
    return Databases.at(
        postgres.host(), postgres.port(), "postgres", postgres.user(), postgres.password());
  }

  private static EmbeddedPostgres postgres(Path directory) {
    return EmbeddedPostgres.start(
        EmbeddedPostgresOptions.in(directory, PASSWORD)
            .withDurable(false)
            .withSettings(Map.of("max_connections", "200")));
  }
}
