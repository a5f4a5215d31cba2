package dev.fairlead.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs the programs that come with PostgreSQL, and small ones of the system, away from the
/// environment of this process, whose `PG…` variables would change what they do.
record PostgresProgram(Path binaries, PostgresAccount account, Path workingDirectory) {
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(10);

  /// Whether the command can be run at all and ends with status 0.
  static boolean succeeds(List<String> command) {
    try {
      Process process =
          clean(new ProcessBuilder(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(PROBE_TIMEOUT)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      // Not installed.
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Starts the program; error and standard output are one stream.
  Process start(String name, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    // Its own session: the Ctrl-C that stops this process would otherwise reach the database first.
    command.add("setsid");
    command.addAll(account.prefix());
    command.add(binaries.resolve("bin").resolve(name).toString());
    command.addAll(arguments);
    Process process =
        clean(new ProcessBuilder(command))
            .directory(workingDirectory.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    return process;
  }

  /// Runs the program to its end.
  ///
  /// @throws EmbeddedException if it fails or takes longer than the timeout
  void run(String name, List<String> arguments, Duration timeout)
      throws IOException, InterruptedException {
    Process process = start(name, arguments);
    var log = new PostgresLog();
    Thread reading = Thread.ofVirtual().name(name).start(() -> log.drain(process.getInputStream()));
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      throw new EmbeddedException(name + " took longer than " + timeout.toSeconds() + " s.");
    }
    reading.join();
    if (process.exitValue() != 0) {
      throw new EmbeddedException(
          "%s failed with status %d: %s".formatted(name, process.exitValue(), log.lastLines()));
    }
  }

  private static ProcessBuilder clean(ProcessBuilder builder) {
    String path = System.getenv().getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().put("LC_ALL", "C");
    return builder;
  }
}
