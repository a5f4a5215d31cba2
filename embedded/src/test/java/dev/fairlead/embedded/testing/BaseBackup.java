package dev.fairlead.embedded.testing;

import dev.fairlead.embedded.testing.TestBackends.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.CopyOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/// A copy of a server's data directory that is taken while the server works: what `pg_basebackup`
/// does, which does not come with the embedded server, in the steps of PostgreSQL's manual ("Making
/// a Base Backup Using the Low Level API").
final class BaseBackup {
  private static final String LOG = "pg_wal";
  private static final Set<String> NOT_COPIED = Set.of("postmaster.pid", "postmaster.opts");
  private static final CopyOption[] AS_THEY_ARE = {
    StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS
  };

  private BaseBackup() {}

  /// @param target of the copy; must not exist
  static void take(Database server, Path data, Path target) {
    try (Connection session =
            DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
        Statement statement = session.createStatement()) {
      statement.execute("SELECT pg_backup_start('backup', true)");
      copy(data, target, false);
      try (ResultSet stopped =
          statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
        stopped.next();
        Files.writeString(target.resolve("backup_label"), stopped.getString(1));
      }
      copy(data.resolve(LOG), target.resolve(LOG), true);
    } catch (SQLException e) {
      throw new IllegalStateException("no backup was taken", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Makes a data directory of a backup, which stays as it is.
  ///
  /// @param data must not exist
  static void restore(Path backup, Path data) {
    try {
      copy(backup, data, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// @param withLog whether files of the write-ahead log are copied, and not their directory alone
  private static void copy(Path from, Path to, boolean withLog) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Path copy = to.resolve(from.relativize(directory));
            if (!Files.exists(copy)) {
              Files.copy(directory, copy, AS_THEY_ARE);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path relative = from.relativize(file);
            if (!NOT_COPIED.contains(relative.toString())
                && (withLog || !relative.startsWith(LOG))) {
              try {
                Files.copy(file, to.resolve(relative), AS_THEY_ARE);
              } catch (NoSuchFileException removedMeanwhile) {
                // The log tells of its removal as well.
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        });
  }
}
