package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.endtoend.harness.FairleadUp;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands of `README.md`.
class ReadmeIT {

  @TempDir private Path directory;

  @Test
  void doesWhatTheReadmeSays() throws Exception {
    Path data = directory.resolve("data");
    int port = FairleadUp.freePort();
    try (FairleadUp up = FairleadUp.start(data, port)) {
      // Given
      DocumentRun readme = new DocumentRun("README.md", directory, up.shellValues());

      // When
      readme.check();

      // Then
      assertThat(up.isAlive()).isTrue();
    }
  }
}
