package dev.fairlead.agent.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.agent.TestGateway;
import dev.fairlead.agent.connection.Ending;
import dev.fairlead.agent.connection.NoTokenException;
import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnrolledTokenTest {

  private static final String ENROLMENTS = "/api/v1/enrolments";
  private static final String CLAIM = ENROLMENTS + "/e-1/claim";

  @TempDir private Path directory;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private TestGateway server;
  private StateDirectory state;

  private volatile int status = 201;
  private volatile JsonObject answer = new JsonObject().put("token", "a.b.c");
  private volatile String retryAfter = "15";

  /// What the server was asked.
  private record Asked(String path, JsonObject body) {

    String secret() {
      return body.getString("secret");
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = new TestGateway(WireFormat.MESSAGE_PACK);
    server.requests = this::serve;
    state = StateDirectory.open(directory.resolve("state"));
    Files.writeString(directory.resolve("key"), "flp_key\n");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    state.close();
  }

  private void serve(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              asked.add(new Asked(String.valueOf(request.path()), body.toJsonObject()));
              var _ =
                  request
                      .response()
                      .setStatusCode(status)
                      .putHeader("Retry-After", retryAfter)
                      .end(answer.toBuffer());
            });
  }

  private EnrolledToken token() {
    return new EnrolledToken(
        new Provisioning(directory.resolve("key"), "pump-17", "Pump 17"),
        state,
        server.url(),
        Optional.empty());
  }

  private void pending() {
    status = 202;
    answer = new JsonObject().put("enrolmentId", "e-1");
  }

  private Ending ending() {
    return catchThrowableOfType(NoTokenException.class, () -> token().token()).ending();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void enrolsAndKeepsTheTokenToItself() throws IOException {
    // When
    String token = token().token();

    // Then
    assertThat(token).isEqualTo("a.b.c");
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().path()).isEqualTo(ENROLMENTS);
    JsonObject body = asked.getFirst().body();
    assertThat(body.getString("key")).isEqualTo("flp_key");
    assertThat(body.getString("id")).isEqualTo("pump-17");
    assertThat(body.getString("name")).isEqualTo("Pump 17");
    assertThat(body.getString("secret")).hasSize(43);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(state.file(EnrolledToken.FILE))))
        .isEqualTo("rw-------");
  }

  @Test
  void asksNobodyOnceItHasAToken() throws IOException {
    // Given
    token().token();
    Files.delete(directory.resolve("key"));

    // When
    String token = token().token();

    // Then
    assertThat(token).isEqualTo("a.b.c");
    assertThat(asked).hasSize(1);
  }

  @Test
  void waitsForAPersonAndClaimsTheTokenWithoutTheKey() throws IOException {
    // Given
    pending();
    Ending first = ending();
    Ending second = ending();
    Files.delete(directory.resolve("key"));
    status = 201;
    answer = new JsonObject().put("token", "d.e.f");

    // When
    String token = token().token();

    // Then
    assertThat(token).isEqualTo("d.e.f");
    assertThat(first)
        .isEqualTo(
            new Ending.Later(
                "the enrolment waits for a person", Optional.of(Duration.ofSeconds(15))));
    assertThat(second).isEqualTo(first);
    assertThat(asked).extracting(Asked::path).containsExactly(ENROLMENTS, CLAIM, CLAIM);
    assertThat(asked).extracting(Asked::secret).containsOnly(asked.getFirst().secret());
    assertThat(asked.getLast().body().containsKey("key")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503})
  void asksAgainWithTheSameSecretWhenTheAnswerIsLost(int lost) throws IOException {
    // Given
    status = lost;
    ending();
    status = 201;

    // When
    token().token();

    // Then
    assertThat(asked).extracting(Asked::path).containsExactly(ENROLMENTS, ENROLMENTS);
    assertThat(asked).extracting(Asked::secret).containsOnly(asked.getFirst().secret());
  }

  @Test
  void beginsAnewWhenItsEnrolmentIsForgotten() throws IOException {
    // Given
    pending();
    ending();
    status = 404;
    Ending forgotten = ending();
    status = 201;
    answer = new JsonObject().put("token", "a.b.c");

    // When
    token().token();

    // Then
    assertThat(forgotten).isInstanceOf(Ending.Refused.class);
    assertThat(asked).extracting(Asked::path).containsExactly(ENROLMENTS, CLAIM, ENROLMENTS);
    assertThat(asked.getLast().secret()).isNotEqualTo(asked.getFirst().secret());
  }

  @ParameterizedTest
  @CsvSource({
    "401, Refused",
    "403, Refused",
    "409, Refused",
    "429, Later",
    "503, Later",
    "500, Lost",
    "200, Lost"
  })
  void waitsAsTheAnswerDemands(int refusal, String kind) {
    // Given
    status = refusal;
    answer = new JsonObject().put("detail", "Because.");

    // When
    Ending ending = ending();

    // Then
    assertThat(ending.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(ending.reason()).contains("answered " + refusal, "Because.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"token\":\"two\\nlines\"}", "{\"token\":7}"})
  void takesNothingForATokenThatIsNone(String document) {
    // Given
    answer = new JsonObject(document);

    // When
    Ending ending = ending();

    // Then
    assertThat(ending).isInstanceOf(Ending.Lost.class);
    assertThat(state.file(EnrolledToken.FILE)).doesNotExist();
  }

  @Test
  void triesAgainSoonWhenNobodyIsThere() {
    // Given
    server.close();

    // When
    Ending ending = ending();

    // Then
    assertThat(ending).isInstanceOf(Ending.Lost.class);
  }

  @ParameterizedTest
  @CsvSource({
    "wss://h:8443/connect, https://h:8443/api/v1/enrolments",
    "ws://h/connect, http://h/api/v1/enrolments",
    "wss://h/edge/connect, https://h/edge/api/v1/enrolments",
    "wss://[::1]:8443/connect?x=1, https://[::1]:8443/api/v1/enrolments",
    "wss://h, https://h/api/v1/enrolments"
  })
  void enrolsWhereItConnects(String url, String enrolments) {
    assertThat(EnrolmentClient.enrolments(URI.create(url))).isEqualTo(URI.create(enrolments));
  }
}
