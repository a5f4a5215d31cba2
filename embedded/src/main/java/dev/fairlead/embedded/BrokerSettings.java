package dev.fairlead.embedded;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What the broker is configured with: a single node that is broker and controller, thrifty, quick
/// to start and to stop, and on the loopback address alone.
final class BrokerSettings {
  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final String CLIENT_LISTENER = "CLIENT";

  private BrokerSettings() {}

  static Map<String, String> of(
      EmbeddedKafkaOptions options, Path logDirectory, int clientPort, int controllerPort) {
    Map<String, String> settings = new HashMap<>();
    identity(settings, logDirectory, clientPort, controllerPort);
    security(settings, options.password());
    thrift(settings);
    promptness(settings);
    storage(settings, options);
    settings.putAll(options.brokerSettings());
    return settings;
  }

  private static void identity(
      Map<String, String> settings, Path logDirectory, int clientPort, int controllerPort) {
    String client = CLIENT_LISTENER + "://" + Loopback.HOST + ":" + clientPort;
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put(
        "listeners",
        client + "," + CONTROLLER_LISTENER + "://" + Loopback.HOST + ":" + controllerPort);
    settings.put("advertised.listeners", client);
    settings.put("inter.broker.listener.name", CLIENT_LISTENER);
    settings.put("controller.listener.names", CONTROLLER_LISTENER);
    // Static voters: their address is read at each start and may differ, which a dynamic quorum
    // would persist.
    settings.put("controller.quorum.voters", NODE_ID + "@" + Loopback.HOST + ":" + controllerPort);
    settings.put("log.dirs", logDirectory.toString());
  }

  /// The controller's listener asks for the password too: whoever reached it could change
  /// everything.
  private static void security(Map<String, String> settings, Optional<String> password) {
    String protocol = password.isPresent() ? "SASL_PLAINTEXT" : "PLAINTEXT";
    settings.put(
        "listener.security.protocol.map",
        CLIENT_LISTENER + ":" + protocol + "," + CONTROLLER_LISTENER + ":" + protocol);
    password.ifPresent(
        secret -> {
          settings.put("sasl.enabled.mechanisms", "PLAIN");
          settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
          settings.put("sasl.mechanism.controller.protocol", "PLAIN");
          String jaas = PlainCredentials.ofServer(EmbeddedKafka.USER, secret);
          settings.put("listener.name.client.plain.sasl.jaas.config", jaas);
          settings.put("listener.name.controller.plain.sasl.jaas.config", jaas);
        });
  }

  private static void thrift(Map<String, String> settings) {
    settings.put("metric.reporters", "");
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    settings.put("background.threads", "2");
    settings.put("offsets.topic.num.partitions", "8");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("share.coordinator.state.topic.num.partitions", "4");
    settings.put("log.cleaner.dedupe.buffer.size", "4194304");
    // Each segment maps its indexes at their full size.
    settings.put("log.index.size.max.bytes", "1048576");
    for (String topic : new String[] {"offsets.topic", "transaction.state.log"}) {
      settings.put(topic + ".replication.factor", "1");
    }
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("default.replication.factor", "1");
    settings.put("min.insync.replicas", "1");
  }

  private static void promptness(Map<String, String> settings) {
    // Even alone: without it the session below has to run out before the next start is let in.
    settings.put("controlled.shutdown.enable", "true");
    settings.put("broker.session.timeout.ms", "2000");
    settings.put("broker.heartbeat.interval.ms", "500");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.min.session.timeout.ms", "1000");
    settings.put("group.consumer.min.session.timeout.ms", "1000");
    settings.put("group.consumer.min.heartbeat.interval.ms", "100");
  }

  private static void storage(Map<String, String> settings, EmbeddedKafkaOptions options) {
    settings.put("auto.create.topics.enable", "false");
    settings.put("log.retention.ms", Long.toString(options.retention().toMillis()));
    // Only whole segments are removed: small ones keep the disk close to what retention asks for.
    settings.put("log.segment.bytes", Integer.toString(128 << 20));
    settings.put("num.recovery.threads.per.data.dir", "2");
    if (options.flushEachMessage()) {
      settings.put("log.flush.interval.messages", "1");
    }
  }
}
