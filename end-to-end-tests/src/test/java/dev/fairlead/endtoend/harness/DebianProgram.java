package dev.fairlead.endtoend.harness;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A program that Debian has: the one that is installed, else one that is unpacked from Debian's
/// archive.
///
/// @param path where it is
/// @param unpacked below which it and the libraries that it needs were unpacked; empty for one that
///     is installed
public record DebianProgram(Path path, Optional<Path> unpacked) {

  private static final Path TARGET = Checkout.root().resolve("end-to-end-tests/target");
  private static final Path FETCH =
      Checkout.root().resolve("end-to-end-tests/src/test/resources/debian/fetch");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /// Looks for one, and fetches it where it is missing. What the fetching says is below `target`.
  ///
  /// @param debianPackage that it is in
  /// @param name under which it is in that package, below `/usr`
  public static Optional<DebianProgram> find(String debianPackage, String name) {
    Optional<DebianProgram> installed =
        installed(Path.of(name).getFileName().toString())
            .map(path -> new DebianProgram(path, Optional.empty()));
    return installed.or(() -> unpacked(debianPackage, name));
  }

  private static Optional<Path> installed(String name) {
    return Stream.concat(
            Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)),
            Stream.of("/usr/sbin"))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Optional<DebianProgram> unpacked(String debianPackage, String name) {
    Path unpacked = TARGET.resolve(debianPackage);
    Path program = unpacked.resolve("usr").resolve(name);
    try {
      if (!Files.isDirectory(unpacked)) {
        fetch(debianPackage, unpacked);
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return Files.isExecutable(program)
        ? Optional.of(new DebianProgram(program, Optional.of(unpacked)))
        : Optional.empty();
  }

  private static void fetch(String debianPackage, Path unpacked)
      throws IOException, InterruptedException {
    Process fetch =
        new ProcessBuilder(FETCH.toString(), unpacked.toString(), debianPackage)
            .redirectErrorStream(true)
            .redirectOutput(TARGET.resolve(debianPackage + "-fetch.log").toFile())
            .start();
    if (!fetch.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      fetch.descendants().forEach(ProcessHandle::destroyForcibly);
      fetch.destroyForcibly();
    }
  }

  /// Where its libraries were unpacked; empty where none were.
  Optional<Path> libraries() throws IOException {
    Optional<Path> above =
        unpacked.map(directory -> directory.resolve("usr/lib")).filter(Files::isDirectory);
    if (above.isEmpty()) {
      return Optional.empty();
    }
    try (Stream<Path> directories = Files.list(above.get())) {
      return directories
          .filter(directory -> directory.toString().endsWith("-linux-gnu"))
          .findFirst();
    }
  }
}
