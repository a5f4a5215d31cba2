package dev.fairlead.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One Kafka broker, its own controller, in this JVM. Clients reach it over TCP on 127.0.0.1 as
/// they would any other. What it acknowledged survives a restart, also after the process was
/// killed.
///
/// Starting takes one to three seconds, closing about one. Topics are not made by use. Thread-safe.
public final class EmbeddedKafka implements AutoCloseable {
  /// The one user there is when a password is set.
  public static final String USER = "fairlead";

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
  private static final int START_ATTEMPTS_MAX = 3;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

  private final KafkaRaftServer server;
  private final BrokerFaults faults;
  private final DirectoryLock lock;
  private final Optional<String> password;
  private final int port;
  private boolean closed;

  private EmbeddedKafka(
      KafkaRaftServer server,
      BrokerFaults faults,
      DirectoryLock lock,
      Optional<String> password,
      int port) {
    this.server = server;
    this.faults = faults;
    this.lock = lock;
    this.password = password;
    this.port = port;
  }

  /// Starts the broker and returns when it serves clients. Blocks.
  ///
  /// @throws DirectoryInUseException if another broker works on the directory
  /// @throws EmbeddedException if the port is taken or the broker does not start
  public static EmbeddedKafka start(EmbeddedKafkaOptions options) {
    DirectoryLock lock = DirectoryLock.acquire(options.dataDirectory());
    try {
      Path logDirectory = format(options.dataDirectory().toAbsolutePath().resolve("log"));
      return startOnFreePorts(options, logDirectory, lock);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static EmbeddedKafka startOnFreePorts(
      EmbeddedKafkaOptions options, Path logDirectory, DirectoryLock lock) {
    for (int attempt = 1; ; attempt++) {
      int port = options.port() == 0 ? Loopback.freePort() : options.port();
      if (!Loopback.isFree(port)) {
        throw new EmbeddedException("Port " + port + " of " + Loopback.HOST + " is taken.");
      }
      Map<String, String> settings =
          BrokerSettings.of(options, logDirectory, port, Loopback.freePort());
      KafkaRaftServer server = prepare(settings);
      BrokerFaults faults = BrokerFaults.listen(options.onFatal());
      try {
        server.startup();
        if (!faults.started()) {
          throw new EmbeddedException("The embedded Kafka broker met a fatal fault at its start.");
        }
        return new EmbeddedKafka(server, faults, lock, options.password(), port);
      } catch (RuntimeException e) {
        faults.close();
        abandon(server);
        // A free port may be gone by the time the broker binds it.
        if (attempt == START_ATTEMPTS_MAX || !causedByTakenPort(e)) {
          throw new EmbeddedException("The embedded Kafka broker did not start: " + e, e);
        }
      }
    }
  }

  private static KafkaRaftServer prepare(Map<String, String> settings) {
    try {
      return new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
    } catch (RuntimeException e) {
      throw new EmbeddedException("The embedded Kafka broker cannot be set up: " + e, e);
    }
  }

  private static Path format(Path logDirectory) {
    if (logDirectory.toString().contains(",")) {
      throw new EmbeddedException(
          logDirectory + " cannot be used: Kafka takes a comma for the end of a path.");
    }
    try {
      if (!Files.exists(logDirectory.resolve("meta.properties"))) {
        Directories.makePrivate(logDirectory);
        new Formatter()
            .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8))
            .setNodeId(BrokerSettings.NODE_ID)
            .setClusterId(Uuid.randomUuid().toString())
            .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
            .addDirectory(logDirectory.toString())
            .setMetadataLogDirectory(logDirectory.toString())
            .setHasDynamicQuorum(false)
            .run();
      }
      return logDirectory;
    } catch (IOException e) {
      throw new EmbeddedException(logDirectory + " cannot be written: " + e, e);
    } catch (Exception e) {
      // The formatter declares no narrower one.
      throw new EmbeddedException(logDirectory + " cannot be formatted for Kafka: " + e, e);
    }
  }

  private static boolean causedByTakenPort(Throwable failure) {
    return Stream.<Throwable>iterate(failure, cause -> cause != null, Throwable::getCause)
        .limit(10)
        .anyMatch(BindException.class::isInstance);
  }

  private static void abandon(KafkaRaftServer server) {
    try {
      server.shutdown();
    } catch (RuntimeException e) {
      LOG.atDebug().setCause(e).log("broker that did not start could not be shut down");
    }
  }

  /// Where clients begin, as `host:port`.
  public String bootstrapServers() {
    return Loopback.HOST + ":" + port;
  }

  /// The port of the client listener.
  public int port() {
    return port;
  }

  /// What a producer, consumer or admin client needs to be let in, `bootstrap.servers` included.
  public Map<String, String> clientProperties() {
    return password
        .map(
            secret ->
                Map.of(
                    "bootstrap.servers",
                    bootstrapServers(),
                    "security.protocol",
                    "SASL_PLAINTEXT",
                    "sasl.mechanism",
                    "PLAIN",
                    "sasl.jaas.config",
                    PlainCredentials.ofClient(USER, secret)))
        .orElseGet(
            () ->
                Map.of("bootstrap.servers", bootstrapServers(), "security.protocol", "PLAINTEXT"));
  }

  /// Stops the broker, which takes about a second, and gives the directory back. Further calls do
  /// nothing. After 15 seconds it is left to itself with a warning; its directory then stays taken
  /// until this process ends.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    faults.close();
    Thread stopping = Thread.ofPlatform().daemon().name("kafka-stop").start(this::shutDown);
    try {
      if (stopping.join(CLOSE_TIMEOUT)) {
        lock.close();
      } else {
        LOG.atWarn().log("the embedded Kafka broker did not stop in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void shutDown() {
    server.shutdown();
    server.awaitShutdown();
  }
}
