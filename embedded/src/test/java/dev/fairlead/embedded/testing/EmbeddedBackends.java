package dev.fairlead.embedded.testing;

import dev.fairlead.embedded.EmbeddedKafka;
import dev.fairlead.embedded.EmbeddedKafkaOptions;
import dev.fairlead.embedded.EmbeddedPostgres;
import dev.fairlead.embedded.EmbeddedPostgresOptions;
import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.embedded.testing.TestBackends.Kafka;
import java.util.Map;

/// The servers embedded, with their data in a temporary directory.
final class EmbeddedBackends implements TestBackends.Provider {
  private static final String PASSWORD = "test";

  @Override
  public Kafka startKafka() {
    TemporaryDirectory directory = TemporaryDirectory.create("kafka");
    EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafkaOptions.in(directory.path()));
    AtJvmEnd.close(kafka, directory);
    return new Kafka(kafka.bootstrapServers(), kafka.clientProperties());
  }

  @Override
  public Database startPostgres() {
    TemporaryDirectory directory = TemporaryDirectory.create("postgres");
    EmbeddedPostgres postgres =
        EmbeddedPostgres.start(
            EmbeddedPostgresOptions.in(directory.path(), PASSWORD)
                .withDurable(false)
                .withSettings(Map.of("max_connections", "200")));
    AtJvmEnd.close(postgres, directory);
    return Databases.at(
        postgres.host(), postgres.port(), "postgres", postgres.user(), postgres.password());
  }
}
