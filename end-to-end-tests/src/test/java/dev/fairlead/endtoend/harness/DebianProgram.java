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
/// @param unpacked below which it and the libraries that it needs were unpacked
public record DebianProgram(Path path, Path unpacked) {

  private static final Path TARGET = Checkout.root().resolve("end-to-end-tests/target");
  private static final Path FETCH =
      Checkout.root().resolve("end-to-end-tests/src/test/resources/debian/fetch");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// Looks for one, and fetches it where it is missing.
  ///
  /// @param debianPackage that it is in
  /// @param name under which it is in that package, below `/usr`
  public static Optional<DebianProgram> find(String debianPackage, String name) {
    Path unpacked = TARGET.resolve(debianPackage);
    return installed(Path.of(name).getFileName().toString())
        .or(() -> fetched(debianPackage, unpacked.resolve("usr").resolve(name)))
        .map(path -> new DebianProgram(path, unpacked));
  }

  private static Optional<Path> installed(String name) {
    return Stream.concat(
            Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)),
            Stream.of("/usr/sbin"))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Optional<Path> fetched(String debianPackage, Path program) {
    try {
      if (!Files.isExecutable(program)) {
        Process fetch =
            new ProcessBuilder(
                    FETCH.toString(), TARGET.resolve(debianPackage).toString(), debianPackage)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!fetch.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          fetch.destroyForcibly();
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return Optional.of(program).filter(Files::isExecutable);
  }

  /// Where its libraries were unpacked; empty where none were.
  Optional<Path> libraries() throws IOException {
    Path above = unpacked.resolve("usr/lib");
    if (!Files.isDirectory(above)) {
      return Optional.empty();
    }
    try (Stream<Path> directories = Files.list(above)) {
      return directories
          .filter(directory -> directory.toString().endsWith("-linux-gnu"))
          .findFirst();
    }
  }
}
