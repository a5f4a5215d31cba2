package dev.fairlead.embedded.testing;

import dev.fairlead.embedded.EmbeddedKafkaMain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Stream;

/// A broker for one test, in a process of its own: it can be frozen, killed and started again on
/// the same port. Always embedded, wherever the shared broker runs. Not thread-safe.
public final class OwnKafka implements AutoCloseable {
  private final TemporaryDirectory directory;
  private final String bootstrapServers;
  private final boolean forLong;
  private JavaProcess process;
  private boolean closed;

  private OwnKafka(TemporaryDirectory directory, boolean forLong, JavaProcess process) {
    this.directory = directory;
    this.forLong = forLong;
    this.process = process;
    this.bootstrapServers = process.ready();
  }

  /// Starts a broker without records; takes two to four seconds.
  public static OwnKafka start() {
    return start(false);
  }

  /// The same for minutes of hard work, as in production: what it costs there is not told by one
  /// that is compiled for a short life.
  public static OwnKafka startForLong() {
    return start(true);
  }

  private static OwnKafka start(boolean forLong) {
    TemporaryDirectory directory = TemporaryDirectory.create("own-kafka");
    JavaProcess process = directory.keepIfStarted(path -> startProcess(path, "0", forLong));
    var kafka = new OwnKafka(directory, forLong, process);
    AtJvmEnd.close(kafka);
    return kafka;
  }

  private static JavaProcess startProcess(Path directory, String port, boolean forLong) {
    return forLong
        ? JavaProcess.startForLong(EmbeddedKafkaMain.class, directory.toString(), port)
        : JavaProcess.start(EmbeddedKafkaMain.class, directory.toString(), port);
  }

  /// As `host:port`; the same after a restart.
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /// What a client needs, `bootstrap.servers` included.
  public Map<String, String> clientProperties() {
    return Map.of("bootstrap.servers", bootstrapServers, "security.protocol", "PLAINTEXT");
  }

  public long pid() {
    return process.pid();
  }

  /// Stops the broker from running; its connections stay open.
  public void freeze() {
    process.freeze();
  }

  /// Lets a frozen broker run on.
  public void thaw() {
    process.thaw();
  }

  /// Ends the broker at once, frozen or not, and waits for that.
  public void kill() {
    process.kill();
  }

  /// Starts the broker again with its records on the same port, killing it first if it still runs;
  /// takes about four seconds.
  public void restart() {
    process.kill();
    process = startProcess(directory.path(), port(), forLong);
  }

  /// Kills the broker, loses all topics and records, and starts it again on the same port.
  public void restartWithNothing() {
    process.kill();
    directory.clear();
    process = startProcess(directory.path(), port(), forLong);
  }

  private String port() {
    return bootstrapServers.substring(bootstrapServers.lastIndexOf(':') + 1);
  }

  /// How many bytes the log of a partition has on disk.
  public long logBytes(String topic, int partition) {
    try {
      return Files.size(log(topic, partition));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Kills the broker, lets a partition lose the end of its log, as a power cut would, and starts
  /// the broker again.
  ///
  /// @param bytesKept as [#logBytes] told at some time
  public void restartWithoutEnd(String topic, int partition, long bytesKept) {
    process.kill();
    try (FileChannel file = FileChannel.open(log(topic, partition), StandardOpenOption.WRITE)) {
      file.truncate(bytesKept);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    restart();
  }

  private Path log(String topic, int partition) {
    try (Stream<Path> files = Files.walk(directory.path())) {
      return files
          .filter(path -> path.endsWith(Path.of(topic + "-" + partition, "%020d.log".formatted(0))))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no log of " + topic));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends the broker and removes its records.
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      process.kill();
      directory.close();
    }
  }

  @Override
  public String toString() {
    return "OwnKafka[" + bootstrapServers + ", " + directory.path() + "]";
  }
}
