package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The container engine, by its command line.
public final class Docker {

  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final Path DEFAULT_SOCKET = Path.of("/var/run/docker.sock");

  private final Path directory;

  /// @param directory for what its commands say
  public Docker(Path directory) {
    this.directory = directory;
  }

  /// How a command ended.
  ///
  /// @param said on standard output and standard error
  public record Ending(int code, String said) {}

  /// Whether there is an engine. Only asked where something may answer.
  public static boolean canRun() {
    boolean announced = System.getenv("DOCKER_HOST") != null || Files.exists(DEFAULT_SOCKET);
    try {
      return announced
          && new ProcessBuilder("docker", "version")
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
    try {
      Path said = Files.createTempFile(directory, "docker", ".txt");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " does not end");
      }
      return new Ending(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// `docker …`, and what it says.
  ///
  /// @throws IllegalStateException when it fails
  public String run(String... arguments) {
    Ending ending = tried(arguments);
    if (ending.code() != 0) {
      throw new IllegalStateException(String.join(" ", arguments) + ": " + ending.said());
    }
    return ending.said();
  }
}
