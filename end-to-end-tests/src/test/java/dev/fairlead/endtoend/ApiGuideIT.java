package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.endtoend.harness.FairleadUp;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands of `docs/api.md`: clients made from the contracts compile, and one of them works.
/// Slow, for it runs Maven and npm.
@Tag("slow")
class ApiGuideIT {

  @TempDir private Path directory;

  @Test
  void doesWhatTheGuideSays() throws Exception {
    Path data = directory.resolve("data");
    int port = FairleadUp.freePort();
    try (FairleadUp up = FairleadUp.start(data, port)) {
      // Given
      DocumentRun guide =
          new DocumentRun(
              "docs/api.md",
              directory,
              up.shellValues() + "OUT='" + directory.resolve("clients") + "'\n");

      // When
      guide.check();

      // Then
      assertThat(up.isAlive()).isTrue();
    }
  }
}
