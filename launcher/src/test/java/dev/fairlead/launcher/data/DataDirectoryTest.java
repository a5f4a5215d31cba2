package dev.fairlead.launcher.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.embedded.DirectoryInUseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

  @TempDir private Path temporary;

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void isClosedToOtherUsersAndSoAreItsSecrets() throws IOException {
    // Given
    Path path = temporary.resolve("a").resolve("b");

    // When
    try (DataDirectory directory = DataDirectory.open(path)) {
      String secret = directory.secret("key");

      // Then
      assertThat(permissions(path)).isEqualTo("rwx------");
      assertThat(permissions(directory.resolve("key"))).isEqualTo("rw-------");
      assertThat(secret).hasSizeGreaterThanOrEqualTo(43);
      assertThat(directory.secret("key")).isEqualTo(secret);
      assertThat(directory.secret("other")).isNotEqualTo(secret);
    }
  }

  @Test
  void isHeldByOneAtATime() {
    // Given
    try (DataDirectory _ = DataDirectory.open(temporary)) {

      // When
      assertThatThrownBy(() -> DataDirectory.open(temporary))

          // Then
          .isInstanceOf(DirectoryInUseException.class)
          .hasMessageContaining("in use");
    }
    DataDirectory.open(temporary).close();
  }

  @Test
  void saysThatAFileIsNoDirectory() throws IOException {
    // Given
    Path file = Files.createFile(temporary.resolve("file"));

    // When
    assertThatThrownBy(() -> DataDirectory.open(file))

        // Then
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot be used as data directory");
  }
}
