package dev.fairlead.embedded;

import java.io.IOException;
import java.nio.file.Path;

/// The broker in a process of its own, so that tests can freeze or kill it.
///
/// Arguments: the data directory and the port (0 for a free one). Prints `ready: host:port` once
/// and stops on SIGTERM or when its standard input ends, so that it never outlives whoever started
/// it.
public final class EmbeddedKafkaMain {
  private EmbeddedKafkaMain() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: EmbeddedKafkaMain <data directory> <port>");
      System.exit(2);
    }
    EmbeddedKafka kafka;
    try {
      kafka =
          EmbeddedKafka.start(
              EmbeddedKafkaOptions.in(Path.of(arguments[0]))
                  .withPort(Integer.parseInt(arguments[1])));
    } catch (EmbeddedException | IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(1);
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "close"));
    System.out.println("ready: " + kafka.bootstrapServers());
    while (System.in.read() >= 0) {
      // Only the end of the input means something.
    }
    System.exit(0);
  }
}
