package dev.fairlead.launcher.data;

import dev.fairlead.embedded.DirectoryLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/// The directory that everything is kept in, held by one process at a time. One that is made here
/// is closed to other users; in any, secrets are.
public final class DataDirectory implements AutoCloseable {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SECRET_BYTES = 32;
  private static final String OWNER_ONLY = "rwx------";
  private static final String OWNER_READS = "rw-------";

  private final Path path;
  private final DirectoryLock lock;

  private DataDirectory(Path path, DirectoryLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /// Makes the directory where it is missing, and takes hold of it.
  ///
  /// @throws dev.fairlead.embedded.EmbeddedException when another process holds it
  /// @throws UncheckedIOException when it cannot be made or written to
  public static DataDirectory open(Path path) {
    try {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
      return new DataDirectory(path, DirectoryLock.acquire(path));
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be used as data directory: " + e, e);
    }
  }

  /// A directory or file in it.
  public Path resolve(String name) {
    return path.resolve(name);
  }

  /// The file of a secret; made with 256 random bits where it is missing.
  ///
  /// @param name of the file; only its owner may read it
  /// @param urlSafe whether the secret is to travel in headers and URLs
  public Path secretFile(String name, boolean urlSafe) {
    Path file = path.resolve(name);
    if (!Files.exists(file)) {
      byte[] secret = new byte[SECRET_BYTES];
      RANDOM.nextBytes(secret);
      Base64.Encoder encoder =
          urlSafe ? Base64.getUrlEncoder().withoutPadding() : Base64.getEncoder();
      write(file, encoder.encodeToString(secret));
    }
    return file;
  }

  /// The text of a secret; made where it is missing.
  public String secret(String name) {
    return read(secretFile(name, true));
  }

  /// The text of a file, without white space around it.
  public static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e, e);
    }
  }

  /// Writes a file that only its owner may read, whole or not at all.
  public static void write(Path file, String text) {
    try {
      Path draft = file.resolveSibling(file.getFileName() + ".new");
      Files.deleteIfExists(draft);
      Files.createFile(
          draft,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_READS)));
      Files.writeString(draft, text + "\n", StandardCharsets.UTF_8);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e, e);
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}
