package dev.fairlead.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.state.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {

  @TempDir private Path directory;
  private StateDirectory state;

  @BeforeEach
  void open() throws IOException {
    state = StateDirectory.open(directory.resolve("state"));
  }

  @AfterEach
  void close() throws IOException {
    state.close();
  }

  private Tokens tokens(String configured) {
    return new Tokens(new TokenSource.Given(configured), state);
  }

  @Test
  void usesTheTokenThatTheGatewayGaveAlsoAfterARestart() throws IOException {
    // Given
    Tokens tokens = tokens("own");

    // When
    boolean kept = tokens.take("given");

    // Then
    assertThat(kept).isTrue();
    assertThat(tokens.token()).isEqualTo("given");
    assertThat(tokens("own").token()).isEqualTo("given");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.file("token"))))
        .isEqualTo("rw-------");
  }

  @Test
  void goesBackToItsOwnTokenWhenTheGivenOneIsRefused() throws IOException {
    // Given
    Tokens tokens = tokens("own");
    tokens.take("given");

    // When
    tokens.refused();

    // Then
    assertThat(tokens.token()).isEqualTo("own");
    tokens.refused();
    assertThat(tokens.token()).isEqualTo("own");
  }

  @Test
  void prefersATokenThatWasConfiguredSince() throws IOException {
    // Given
    tokens("own").take("given");

    // When
    Tokens tokens = tokens("newer");

    // Then
    assertThat(tokens.token()).isEqualTo("newer");
  }

  @Test
  void takesNothingThatIsNoToken() throws IOException {
    // Given
    Tokens tokens = tokens("own");

    // Then
    assertThat(tokens.take("two words")).isFalse();
    assertThat(tokens.take("")).isFalse();
    assertThat(tokens.token()).isEqualTo("own");
  }
}
