package dev.fairlead.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// The source tree that this module lies in. Paths are relative to its root.
public final class SourceTree {

  /// Maven runs tests in the directory of their module.
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Set<String> NOT_SOURCES = Set.of(".git", "target", "node_modules", ".idea");

  private SourceTree() {}

  /// Where a file is.
  public static Path resolve(String path) {
    return ROOT.resolve(path);
  }

  /// What a file says.
  public static String read(String path) {
    return read(resolve(path));
  }

  private static String read(Path file) {
    try {
      // Not `readString`: what is no text is looked through as well.
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(String path, String text) {
    try {
      Path file = resolve(path);
      Files.createDirectories(file.resolveSibling("."));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// All files but those that were built, in order.
  static List<String> files() {
    List<String> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attrs) {
              return NOT_SOURCES.contains(String.valueOf(directory.getFileName()))
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attrs) {
              // In a second working tree of git, `.git` is a file.
              if (!file.endsWith(".git")) {
                files.add(ROOT.relativize(file).toString());
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files.stream().sorted().toList();
  }

  /// Those of all files that are wanted.
  public static List<String> files(Predicate<String> wanted) {
    return files().stream().filter(wanted).toList();
  }

  static List<String> markdownFiles() {
    return files(file -> file.endsWith(".md"));
  }
}
