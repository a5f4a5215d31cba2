package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The container engine, by its command line.
public final class Docker {

  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final Path DEFAULT_SOCKET = Path.of("/var/run/docker.sock");

  private final Path directory;
  private final Map<String, String> settings;

  /// @param directory for what its commands say
  /// @param settings variables named `FAIRLEAD_…`, in place of all that this process has
  public Docker(Path directory, Map<String, String> settings) {
    this.directory = directory;
    this.settings = Map.copyOf(settings);
  }

  /// How a command ended.
  ///
  /// @param output what it said on standard output
  /// @param errors and on standard error
  public record Ending(int code, String output, String errors) {

    /// All that it said.
    public String said() {
      return output + errors;
    }
  }

  /// Whether there is an engine, with compose. Only asked where something may answer.
  public static boolean canRun() {
    boolean announced = System.getenv("DOCKER_HOST") != null || Files.exists(DEFAULT_SOCKET);
    try {
      return announced
          && new ProcessBuilder("docker", "compose", "ls")
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor()
              == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// `docker …`, however it ends.
  public Ending tried(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(Checkout.root().toFile());
    builder.environment().keySet().removeIf(variable -> variable.startsWith("FAIRLEAD_"));
    builder.environment().putAll(settings);
    try {
      Path output = Files.createTempFile(directory, "output", ".txt");
      Path errors = Files.createTempFile(directory, "errors", ".txt");
      Process process =
          builder.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
      try {
        if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IllegalStateException(command + " does not end");
        }
      } finally {
        // Also where the test has run out of time: nothing may come up after it.
        process.destroyForcibly();
      }
      return new Ending(process.exitValue(), Files.readString(output), Files.readString(errors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// `docker …`, and what it says on standard output.
  ///
  /// @throws IllegalStateException when it fails
  public String run(String... arguments) {
    Ending ending = tried(arguments);
    if (ending.code() != 0) {
      throw new IllegalStateException(String.join(" ", arguments) + ": " + ending.said());
    }
    return ending.output();
  }
}
