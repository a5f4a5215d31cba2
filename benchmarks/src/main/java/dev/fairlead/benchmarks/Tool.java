package dev.fairlead.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Programs of this machine that peers are fetched and made with.
final class Tool {

  private static final int PATIENCE_MINUTES = 5;

  private Tool() {}

  /// A program of the JDK that runs this.
  static String ofJdk(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  static void run(Path directory, String... command) throws PeerMissingException {
    run(directory, Map.of(), List.of(command));
  }

  /// Runs a program to its end.
  ///
  /// @throws PeerMissingException when it is not there or fails
  static void run(Path directory, Map<String, String> environment, List<String> command)
      throws PeerMissingException {
    Path log = directory.resolve("tools.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new PeerMissingException(command.getFirst() + " failed: " + lastLine(log));
      }
    } catch (IOException e) {
      throw new PeerMissingException(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// What a log ends with.
  static String lastLine(Path log) {
    try {
      return Files.readAllLines(log).stream()
          .filter(line -> !line.isBlank())
          .reduce("", (first, second) -> second);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
