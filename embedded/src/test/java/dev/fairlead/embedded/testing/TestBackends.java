package dev.fairlead.embedded.testing;

import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// One Kafka broker and one PostgreSQL for all the tests of this JVM, each started when it is first
/// asked for and stopped when the JVM ends: in containers where a container engine answers,
/// otherwise embedded. Nothing a test writes survives. Tests keep apart by their topics and
/// databases.
public final class TestBackends {
  /// How to reach the broker. It makes no topic by use.
  ///
  /// @param bootstrapServers as `host:port`
  /// @param clientProperties what a client needs to be let in, `bootstrap.servers` included
  public record Kafka(String bootstrapServers, Map<String, String> clientProperties) {}

  /// How to reach one database.
  ///
  /// @param jdbcUrl without user and password
  public record Database(
      String host, int port, String database, String user, String password, String jdbcUrl) {}

  /// Runs the servers.
  interface Provider {
    Kafka startKafka();

    /// Starts the server.
    ///
    /// @return its maintenance database
    Database startPostgres();
  }

  private static final class Chosen {
    private static final Provider PROVIDER =
        ContainerEngine.answers() ? ContainerBackends.create() : new EmbeddedBackends();
  }

  private static final class KafkaOnce {
    private static final Kafka STARTED = Chosen.PROVIDER.startKafka();
  }

  private static final class PostgresOnce {
    private static final Database STARTED = Chosen.PROVIDER.startPostgres();
  }

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private TestBackends() {}

  /// The shared broker; the first call starts it, which takes a few seconds.
  public static Kafka kafka() {
    return KafkaOnce.STARTED;
  }

  /// The beginning, as `t1a2b3.`, of topic and group names that no other test has. Different in
  /// each call.
  public static String freshTopicPrefix() {
    return "t%04x%x.".formatted(ThreadLocalRandom.current().nextInt(0x1_0000), nextNumber());
  }

  /// A new, empty database on the shared server, which the first call starts.
  public static Database freshDatabase() {
    return Databases.create(PostgresOnce.STARTED, "test_" + nextNumber());
  }

  private static int nextNumber() {
    return NUMBERS.incrementAndGet();
  }
}
