package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.endtoend.harness.FairleadUp;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands of documents that are quick.
class ReadmeIT {

  @TempDir private Path directory;

  @Test
  void doesWhatTheReadmeSays() throws Exception {
    doesWhatIsSaidIn("README.md");
  }

  @Test
  void doesWhatThePageOfCertificatesSays() throws Exception {
    doesWhatIsSaidIn("docs/certificates.md");
  }

  @Test
  void doesWhatThePageOfRotationSays() throws Exception {
    doesWhatIsSaidIn("docs/rotation.md");
  }

  private void doesWhatIsSaidIn(String document) throws Exception {
    Path data = directory.resolve("data");
    int port = FairleadUp.freePort();
    try (FairleadUp up = FairleadUp.start(data, port)) {
      // Given
      DocumentRun run = new DocumentRun(document, directory, up.shellValues());

      // When
      run.check();

      // Then
      assertThat(up.isAlive()).isTrue();
    }
  }
}
