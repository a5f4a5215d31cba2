package dev.fairlead.embedded.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// A directory that goes with its contents when it is closed.
record TemporaryDirectory(Path path) implements AutoCloseable {

  static TemporaryDirectory create(String purpose) {
    try {
      return new TemporaryDirectory(Files.createTempDirectory("test-" + purpose + "-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Starts something in this directory, which goes if that fails.
  <T> T keepIfStarted(Function<Path, T> start) {
    try {
      return start.apply(path);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /// Removes its contents.
  void clear() {
    try (Stream<Path> contents = Files.list(path)) {
      contents.toList().forEach(TemporaryDirectory::removeAll);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Removes what is of this name in it, with its contents.
  void remove(String name) {
    removeAll(path.resolve(name));
  }

  @Override
  public void close() {
    removeAll(path);
  }

  private static void removeAll(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
