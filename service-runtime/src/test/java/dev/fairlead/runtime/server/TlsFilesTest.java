package dev.fairlead.runtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsFilesTest {

  @TempDir private Path directory;

  @Test
  void readsBothFilesAndSaysWhichOneCannotBeRead() throws IOException {
    // Given
    Path chain = Files.writeString(directory.resolve("chain.pem"), "chain");
    Path key = directory.resolve("key.pem");

    // When
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TlsFiles.given(chain, key))

        // Then
        .withMessage(key + " cannot be read");
    Files.writeString(key, "key");
    assertThat(TlsFiles.given(chain, key).content()).contains("chain", "key");
  }
}
