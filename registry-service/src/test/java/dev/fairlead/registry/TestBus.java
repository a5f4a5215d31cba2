package dev.fairlead.registry;

import dev.fairlead.bus.BusSettings;
import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.runtime.settings.Secret;
import java.util.Map;
import java.util.Optional;

/// The way to a broker of the tests, with topics of one's own.
public final class TestBus {

  private TestBus() {}

  /// What a service is told of it.
  ///
  /// @param partitions of each topic
  public static BusSettings settings(TestBackends.Kafka kafka, int partitions) {
    Map<String, String> client = kafka.clientProperties();
    String jaas = client.getOrDefault("sasl.jaas.config", "");
    return new BusSettings(
        kafka.bootstrapServers(),
        client.getOrDefault("security.protocol", "PLAINTEXT"),
        quoted(jaas, "username").orElse(""),
        quoted(jaas, "password").map(Secret::of),
        TestBackends.freshTopicPrefix(),
        partitions,
        partitions,
        partitions,
        1);
  }

  private static Optional<String> quoted(String jaas, String name) {
    int at = jaas.indexOf(name + "=\"");
    if (at < 0) {
      return Optional.empty();
    }
    int from = at + name.length() + 2;
    return Optional.of(jaas.substring(from, jaas.indexOf('"', from)));
  }
}
