package dev.fairlead.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Exclusive use of a directory by one holder in one process. The operating system drops the lock
/// when the process ends, however it ends, so a lock is never left over.
public final class DirectoryLock implements AutoCloseable {
  private static final String FILE_NAME = "directory.lock";
  private static final int PID_DIGITS_MAX = 20;

  /// What this JVM holds. The file lock alone does not do here: POSIX drops the locks of a process
  /// on a file as soon as it closes any descriptor of that file, so a second attempt must not even
  /// open it.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /// Takes the directory, which is made (for its owner alone) if it does not exist.
  ///
  /// @throws DirectoryInUseException if somebody else holds it
  /// @throws EmbeddedException if it cannot be made or written
  public static DirectoryLock acquire(Path directory) {
    Path held;
    try {
      held = Directories.makePrivate(directory).toRealPath();
    } catch (IOException e) {
      throw new EmbeddedException(directory + " cannot be made or entered: " + e, e);
    }
    if (!HELD.add(held)) {
      throw new DirectoryInUseException(directory, "this very process");
    }
    try {
      return new DirectoryLock(held, lock(directory, held.resolve(FILE_NAME)));
    } catch (IOException e) {
      HELD.remove(held);
      throw new EmbeddedException(directory + " cannot be written: " + e, e);
    } catch (DirectoryInUseException e) {
      HELD.remove(held);
      throw e;
    }
  }

  private static FileChannel lock(Path directory, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new DirectoryInUseException(directory, holder(channel));
      }
      channel.truncate(0);
      channel.write(US_ASCII.encode(Long.toString(ProcessHandle.current().pid())), 0);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(PID_DIGITS_MAX);
    channel.read(pid, 0);
    String digits = US_ASCII.decode(pid.flip()).toString();
    return digits.isEmpty() ? "another process" : "another process (pid " + digits + ")";
  }

  /// Gives the directory back. Further calls do nothing.
  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new EmbeddedException(directory + " cannot be given back: " + e, e);
    } finally {
      HELD.remove(directory);
    }
  }
}
