package dev.fairlead.embedded.testing;

import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.embedded.testing.TestBackends.Kafka;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/// The servers in containers, removed by Testcontainers when the JVM ends. The only class that
/// needs Testcontainers on the class path.
final class ContainerBackends implements TestBackends.Provider {
  private static final DockerImageName KAFKA = DockerImageName.parse("apache/kafka:4.1.1");
  private static final DockerImageName POSTGRES = DockerImageName.parse("postgres:17");

  private ContainerBackends() {}

  /// A factory instead of a constructor: callers then load this class only when they call it.
  static TestBackends.Provider create() {
    return new ContainerBackends();
  }

  static boolean engineAnswers() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  @Override
  @SuppressWarnings("resource") // Lives as long as the JVM.
  public Kafka startKafka() {
    var container =
        new KafkaContainer(KAFKA)
            .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
            .withEnv("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "8")
            .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
            .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000");
    container.start();
    return new Kafka(
        container.getBootstrapServers(),
        Map.of(
            "bootstrap.servers",
            container.getBootstrapServers(),
            "security.protocol",
            "PLAINTEXT"));
  }

  @Override
  @SuppressWarnings("resource") // Lives as long as the JVM.
  public Database startPostgres() {
    var container =
        new PostgreSQLContainer(POSTGRES)
            .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=200");
    container.start();
    return Databases.at(
        container.getHost(),
        container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
        container.getDatabaseName(),
        container.getUsername(),
        container.getPassword());
  }
}
