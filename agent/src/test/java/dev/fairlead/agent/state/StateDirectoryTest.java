package dev.fairlead.agent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {

  @TempDir Path directory;

  @Test
  void readsWhatWasWritten() throws IOException {
    // Given
    try (StateDirectory state = StateDirectory.open(directory.resolve("a/b"))) {
      state.write("file", "one");

      // When
      state.write("file", "two");

      // Then
      assertThat(state.read("file")).contains("two");
      assertThat(state.read("another")).isEmpty();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void makesADirectoryThatIsNobodyElsesToRead() throws IOException {
    // When
    try (StateDirectory state = StateDirectory.open(directory.resolve("new"))) {

      // Then
      assertThat(Files.getPosixFilePermissions(state.path()))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void letsOneAgentIn() throws IOException {
    // Given
    try (StateDirectory _ = StateDirectory.open(directory)) {

      // When
      assertThatThrownBy(() -> StateDirectory.open(directory))
          // Then
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another agent");
    }
  }

  @Test
  void letsTheNextAgentInOnceClosed() throws IOException {
    // Given
    StateDirectory.open(directory).close();

    // When
    try (StateDirectory state = StateDirectory.open(directory)) {

      // Then
      assertThat(state.path()).isEqualTo(directory);
    }
  }
}
