package dev.fairlead.agent.state;

import static java.nio.file.StandardOpenOption.READ;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The agent's directory, held by one agent at a time. A write replaces a whole file or nothing.
public final class StateDirectory implements AutoCloseable {

  private static final String LOCK_FILE = "lock";
  private static final String TEMPORARY_SUFFIX = ".new";

  private final Path path;
  private final FileChannel lockChannel;

  private StateDirectory(Path path, FileChannel lockChannel) {
    this.path = path;
    this.lockChannel = lockChannel;
  }

  /// Makes the directory where it is missing and takes hold of it.
  ///
  /// @throws IOException if it cannot be made or written, or another agent holds it
  public static StateDirectory open(Path path) throws IOException {
    makePrivate(path);
    FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        throw new IOException("another agent uses " + path);
      }
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new StateDirectory(path, channel);
  }

  /// What commands put out is nobody else's business.
  private static void makePrivate(Path path) throws IOException {
    boolean made = Files.notExists(path);
    Files.createDirectories(path);
    if (made && path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Path _ = Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /// The directory itself.
  public Path path() {
    return path;
  }

  /// A file in the directory.
  public Path file(String name) {
    return path.resolve(name);
  }

  /// What a file holds, without space around it; empty if there is no such file.
  public Optional<String> read(String name) throws IOException {
    try {
      return Optional.of(
          new String(Files.readAllBytes(file(name)), StandardCharsets.UTF_8).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /// Replaces a file; it is on disk when this returns.
  public void write(String name, String text) throws IOException {
    Path temporary = file(name + TEMPORARY_SUFFIX);
    try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
      if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        // Before anything is in it: a token may be what is written.
        Path _ =
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
      }
      out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
      out.getFD().sync();
    }
    replace(temporary, file(name));
  }

  /// Puts one file in the place of another, at once wherever the file system can, and on disk.
  public static void replace(Path replacement, Path target) throws IOException {
    try {
      Files.move(replacement, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(replacement, target, StandardCopyOption.REPLACE_EXISTING);
    }
    syncDirectory(target);
  }

  /// Without it a power cut could bring the old file back.
  private static void syncDirectory(Path file) throws IOException {
    FileChannel directory;
    try {
      directory = FileChannel.open(file.toAbsolutePath().resolveSibling("."), READ);
    } catch (IOException e) {
      // Not every system opens directories; those that do not have no use for it.
      return;
    }
    try (directory) {
      directory.force(true);
    }
  }

  /// Lets another agent have the directory.
  @Override
  public void close() throws IOException {
    lockChannel.close();
  }
}
