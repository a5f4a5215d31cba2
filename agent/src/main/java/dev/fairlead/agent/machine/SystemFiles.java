package dev.fairlead.agent.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the kernel shows as files. Where there is no such file, as on any system but Linux, there
/// is no reading, which is no error.
final class SystemFiles {

  private final Path root;

  /// The files below a root, `/` but for tests.
  SystemFiles(Path root) {
    this.root = root;
  }

  /// The content of one file, such as `proc/stat`.
  Optional<String> read(String file) {
    return read(root.resolve(file));
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// The content of a file in each of those folders of `parent` whose names match a glob.
  List<String> readEach(String parent, String folders, String file) {
    List<String> contents = new ArrayList<>();
    try (DirectoryStream<Path> matching = Files.newDirectoryStream(root.resolve(parent), folders)) {
      matching.forEach(folder -> read(folder.resolve(file)).ifPresent(contents::add));
    } catch (IOException | DirectoryIteratorException e) {
      return List.of();
    }
    return contents;
  }
}
