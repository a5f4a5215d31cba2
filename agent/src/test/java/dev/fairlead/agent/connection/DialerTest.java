package dev.fairlead.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DialerTest {

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private StateDirectory state;
  private HttpServer server;
  private volatile int status = 200;
  private volatile String retryAfter = "";

  @BeforeEach
  void start() throws IOException {
    state = StateDirectory.open(directory);
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  if (!retryAfter.isEmpty()) {
                    request.response().putHeader("Retry-After", retryAfter);
                  }
                  request.response().setStatusCode(status).end();
                })
            .listen(0, "127.0.0.1")
            .await();
  }

  @AfterEach
  void stop() throws IOException {
    Void _ = vertx.close().await();
    state.close();
  }

  @Test
  void takesUnauthorizedForARefusedCredential() {
    // Given
    status = 401;

    // When
    Ending ending = dial(new TokenSource.Given("a"));

    // Then
    assertThat(ending).isEqualTo(new Ending.Refused("answered 401"));
  }

  @Test
  void takesTheTimeToRetryFromTheAnswer() {
    // Given
    status = 503;
    retryAfter = "7";

    // When
    Ending ending = dial(new TokenSource.Given("a"));

    // Then
    assertThat(ending)
        .isEqualTo(new Ending.Later("answered 503", Optional.of(Duration.ofSeconds(7))));
  }

  @Test
  void doesWithoutATimeItCannotRead() {
    // Given
    status = 503;
    retryAfter = "Fri, 02 Jan 2026 03:04:05 GMT";

    // When
    Ending ending = dial(new TokenSource.Given("a"));

    // Then
    assertThat(ending).isEqualTo(new Ending.Later("answered 503", Optional.empty()));
  }

  @Test
  void takesAnyOtherAnswerForALostConnection() {
    // Given
    status = 200;

    // When
    Ending ending = dial(new TokenSource.Given("a"));

    // Then
    assertThat(ending).isEqualTo(new Ending.Lost("answered 200"));
  }

  @Test
  void takesNobodyThereForALostConnection() {
    // Given
    Void _ = server.close().await();

    // When
    Ending ending = dial(new TokenSource.Given("a"));

    // Then
    assertThat(ending).isInstanceOf(Ending.Lost.class);
  }

  @Test
  void doesNotConnectWithoutAToken() throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve("token"), "two\nlines");

    // When
    Ending ending = dial(new TokenSource.InFile(file));

    // Then
    assertThat(ending).isInstanceOf(Ending.Refused.class);
    assertThat(ending.reason()).contains("holds no token").doesNotContain("lines");
  }

  private Ending dial(TokenSource token) {
    URI url = URI.create("ws://127.0.0.1:" + server.actualPort() + "/connect");
    ConnectionSettings settings =
        new ConnectionSettings(List.of(url), token, WireFormat.MESSAGE_PACK, Optional.empty());
    try (Dialer dialer = new Dialer(settings, new LastSession(state))) {
      return catchThrowableOfType(DialException.class, dialer::dial).ending();
    }
  }
}
