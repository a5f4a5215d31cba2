package dev.fairlead.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
  @TempDir Path parent;

  @Test
  void makesMissingDirectoryForOwnerAlone() throws Exception {
    // Given
    Path directory = parent.resolve("a/b");

    // When
    try (DirectoryLock _ = DirectoryLock.acquire(directory)) {
      // Then
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void refusesSecondHolderUnderAnyName() throws Exception {
    // Given
    Path link = Files.createSymbolicLink(parent.resolve("link"), parent.resolve("directory"));
    try (DirectoryLock _ = DirectoryLock.acquire(parent.resolve("directory"))) {
      // When / Then
      assertThatExceptionOfType(DirectoryInUseException.class)
          .isThrownBy(() -> DirectoryLock.acquire(link))
          .withMessage(link + " is in use by this very process.");
    }
  }

  @Test
  void givesDirectoryBackOnce() {
    // Given
    DirectoryLock first = DirectoryLock.acquire(parent);
    first.close();
    try (DirectoryLock _ = DirectoryLock.acquire(parent)) {
      // When
      first.close();

      // Then
      assertThatExceptionOfType(DirectoryInUseException.class)
          .isThrownBy(() -> DirectoryLock.acquire(parent));
    }
  }

  @Test
  void saysThatDirectoryCannotBeMade() throws Exception {
    // Given
    Path file = Files.createFile(parent.resolve("file"));

    // When / Then
    assertThatExceptionOfType(EmbeddedException.class)
        .isThrownBy(() -> DirectoryLock.acquire(file.resolve("below")))
        .withMessageContaining("cannot be made");
  }
}
