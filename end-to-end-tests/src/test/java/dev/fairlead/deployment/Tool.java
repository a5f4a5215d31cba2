package dev.fairlead.deployment;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Programs that a machine may have or not.
final class Tool {
  private static final long TIMEOUT_SECONDS = 60;

  private Tool() {}

  /// Whether a program is on the `PATH`.
  static boolean isHere(String program) {
    return Optional.ofNullable(System.getenv("PATH")).stream()
        .flatMap(path -> Stream.of(path.split(Pattern.quote(File.pathSeparator), -1)))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /// Runs it.
  ///
  /// @return what it wrote to standard output
  /// @throws AssertionError where it fails, with what it said
  static String run(Path directory, List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile("tool", ".out");
    Path err = Files.createTempFile("tool", ".err");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " does not end");
      }
      String output = Files.readString(out, StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new AssertionError(
            command + " failed: " + output + Files.readString(err, StandardCharsets.UTF_8));
      }
      return output;
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
