package dev.fairlead.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// How to run the broker. Start from [#in(Path)] and change what differs.
///
/// @param dataDirectory where everything the broker keeps lies; made if absent
/// @param port of the client listener on 127.0.0.1; 0 chooses a free one at each start
/// @param password what clients must present (SASL PLAIN, user [EmbeddedKafka#USER]); without one
///     anybody on this host is let in
/// @param flushEachMessage whether every record is forced to the disk before it is acknowledged.
///     Without it acknowledged records survive the end of the process, however sudden, but not that
///     of the machine
/// @param retention how long records stay in topics that do not say otherwise
/// @param brokerSettings broker configuration that wins over what this module chooses
/// @param onFatal told, once and in one sentence, that the broker can no longer work; called on a
///     thread of the broker. Not called for a failed start, which throws
public record EmbeddedKafkaOptions(
    Path dataDirectory,
    int port,
    Optional<String> password,
    boolean flushEachMessage,
    Duration retention,
    Map<String, String> brokerSettings,
    Consumer<String> onFatal) {

  private static final Duration RETENTION = Duration.ofDays(7);

  /// @throws IllegalArgumentException for a port outside 0–65535, an empty password or a retention
  ///     that is not positive
  public EmbeddedKafkaOptions {
    Options.checkPort(port);
    password.ifPresent(Options::checkPassword);
    if (!retention.isPositive()) {
      throw new IllegalArgumentException("retention must be positive");
    }
    brokerSettings = Map.copyOf(brokerSettings);
  }

  /// A broker on a free port without a password, which halts this JVM when it can no longer work.
  public static EmbeddedKafkaOptions in(Path dataDirectory) {
    return new EmbeddedKafkaOptions(
        dataDirectory, 0, Optional.empty(), false, RETENTION, Map.of(), BrokerFaults::haltJvm);
  }

  public EmbeddedKafkaOptions withPort(int value) {
    return new EmbeddedKafkaOptions(
        dataDirectory, value, password, flushEachMessage, retention, brokerSettings, onFatal);
  }

  public EmbeddedKafkaOptions withPassword(String value) {
    return new EmbeddedKafkaOptions(
        dataDirectory,
        port,
        Optional.of(value),
        flushEachMessage,
        retention,
        brokerSettings,
        onFatal);
  }

  public EmbeddedKafkaOptions withFlushEachMessage(boolean value) {
    return new EmbeddedKafkaOptions(
        dataDirectory, port, password, value, retention, brokerSettings, onFatal);
  }

  public EmbeddedKafkaOptions withRetention(Duration value) {
    return new EmbeddedKafkaOptions(
        dataDirectory, port, password, flushEachMessage, value, brokerSettings, onFatal);
  }

  public EmbeddedKafkaOptions withBrokerSettings(Map<String, String> value) {
    return new EmbeddedKafkaOptions(
        dataDirectory, port, password, flushEachMessage, retention, value, onFatal);
  }

  public EmbeddedKafkaOptions withOnFatal(Consumer<String> value) {
    return new EmbeddedKafkaOptions(
        dataDirectory, port, password, flushEachMessage, retention, brokerSettings, value);
  }

  /// Leaves the password out, and the settings, which may hold one.
  @Override
  public String toString() {
    return "EmbeddedKafkaOptions[dataDirectory=%s, port=%d, password=%s]"
        .formatted(dataDirectory, port, password.isPresent() ? "hidden" : "none");
  }
}
