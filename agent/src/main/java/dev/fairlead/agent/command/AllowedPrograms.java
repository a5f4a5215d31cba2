package dev.fairlead.agent.command;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What `exec` may run. A bare name is looked up on the search path, of which only absolute
/// folders count; an absolute path stands for itself. A request names an entry exactly as it is
/// listed.
public final class AllowedPrograms {

  private final Set<String> entries;
  private final String searchPath;

  /// Allows those entries.
  ///
  /// @param entries bare names or absolute paths, see [#isEntry]
  /// @param searchPath folders, divided as in the environment's `PATH`
  public AllowedPrograms(Set<String> entries, String searchPath) {
    this.entries = Set.copyOf(entries);
    this.searchPath = searchPath;
  }

  /// Whether a text can be an entry: a name without a separator, or an absolute path without
  /// detours.
  public static boolean isEntry(String text) {
    try {
      Path path = Path.of(text);
      boolean bare = path.getNameCount() == 1 && !path.isAbsolute();
      return !text.isBlank()
          && path.equals(path.normalize())
          && !text.equals("..")
          && (bare ? path.toString().equals(text) : path.isAbsolute());
    } catch (InvalidPathException e) {
      return false;
    }
  }

  boolean allows(String program) {
    return entries.contains(program);
  }

  /// The file of an allowed program, if there is one that can be run.
  Optional<Path> find(String program) {
    Path path = Path.of(program);
    Stream<Path> places =
        path.isAbsolute() ? Stream.of(path) : folders().map(folder -> folder.resolve(program));
    return places.filter(Files::isRegularFile).filter(Files::isExecutable).findFirst();
  }

  private Stream<Path> folders() {
    return Arrays.stream(searchPath.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(Path::of)
        .filter(Path::isAbsolute);
  }
}
