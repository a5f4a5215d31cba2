package dev.fairlead.bus;

import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Where the bus is and how its topics are laid out.
///
/// @param bootstrapServers `host:port` of some brokers, comma separated
/// @param securityProtocol Kafka's `security.protocol`
/// @param user for SASL/PLAIN; empty for none
/// @param password for SASL/PLAIN
/// @param topicPrefix before the name of every topic
/// @param partitions of the topics that are spread by key
/// @param inboxPartitions of the inbox topic
/// @param streamsPartitions of the streams topic
/// @param replicationFactor of topics made by this process
public record BusSettings(
    String bootstrapServers,
    String securityProtocol,
    String user,
    Optional<Secret> password,
    String topicPrefix,
    int partitions,
    int inboxPartitions,
    int streamsPartitions,
    int replicationFactor) {

  private static final int PARTITIONS_MAX = 10_000;
  private static final int REPLICAS_FOR_MAJORITY = 3;

  /// Reads the `FAIRLEAD_KAFKA_*` settings.
  public static BusSettings from(Settings settings) {
    return new BusSettings(
        settings.requiredText(
            "KAFKA_BOOTSTRAP_SERVERS", "Some brokers of the bus, host:port, comma separated."),
        settings.text(
            "KAFKA_SECURITY_PROTOCOL",
            "PLAINTEXT",
            "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, as Kafka's security.protocol."),
        settings.text("KAFKA_USER", "", "User of SASL/PLAIN; empty for none."),
        settings.optionalSecret("KAFKA_PASSWORD", "Password of SASL/PLAIN."),
        settings.text("KAFKA_TOPIC_PREFIX", "fairlead.", "Stands before the name of every topic."),
        settings.integer(
            "KAFKA_PARTITIONS", 12, 1, PARTITIONS_MAX, "Partitions of a topic spread by key."),
        settings.integer(
            "KAFKA_INBOX_PARTITIONS",
            16,
            1,
            PARTITIONS_MAX,
            "Partitions of the gateways' inboxes."),
        settings.integer(
            "KAFKA_STREAMS_PARTITIONS",
            16,
            1,
            PARTITIONS_MAX,
            "Partitions of the gateways' streams; at least four a gateway keep streams apart."),
        settings.integer(
            "KAFKA_REPLICATION_FACTOR", 1, 1, 10, "Copies of every record, in topics made here."));
  }

  /// The broker's name of a topic.
  public String nameOf(Topic topic) {
    return topicPrefix + topic.suffix();
  }

  /// How many partitions a topic is made with.
  public int partitionsOf(Topic topic) {
    return switch (topic.spread()) {
      case SINGLE -> 1;
      case KEYED -> partitions;
      case INBOX -> inboxPartitions;
      case STREAMS -> streamsPartitions;
    };
  }

  /// How many copies must have a record before it counts as acknowledged: 2 where three are kept.
  public int inSyncReplicasMin() {
    return replicationFactor >= REPLICAS_FOR_MAJORITY ? 2 : 1;
  }

  /// What every Kafka client needs to reach the brokers.
  public Map<String, String> clientProperties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("bootstrap.servers", bootstrapServers);
    properties.put("security.protocol", securityProtocol);
    if (!user.isEmpty()) {
      properties.put("sasl.mechanism", "PLAIN");
      properties.put("sasl.jaas.config", jaasConfig());
    }
    return properties;
  }

  private String jaasConfig() {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(escaped(user), escaped(password.map(Secret::reveal).orElse("")));
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
