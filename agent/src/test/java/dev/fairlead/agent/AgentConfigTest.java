package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.agent.enrolment.Provisioning;
import dev.fairlead.protocol.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigTest {

  private static final String URL = "FAIRLEAD_AGENT_URL";
  private static final String TOKEN = "FAIRLEAD_AGENT_TOKEN";

  @TempDir Path directory;

  @Test
  void hasDefaultsForAllButUrlAndToken() throws ConfigException {
    // When
    AgentConfig config =
        AgentConfig.read(
            Map.of(URL, "wss://gate.example/connect", TOKEN, "a.b.c", "XDG_STATE_HOME", "/x"));

    // Then
    assertThat(config)
        .isEqualTo(
            AgentConfig.of(
                URI.create("wss://gate.example/connect"),
                new TokenSource.Given("a.b.c"),
                Path.of("/x/fairlead-agent")));
    assertThat(config.wire()).isEqualTo(WireFormat.MESSAGE_PACK);
    assertThat(config.telemetryInterval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.diskThresholdPercent()).isEqualTo(90);
    assertThat(config.execAllowed()).containsExactlyInAnyOrder("uname", "uptime", "df");
    assertThat(config.caFile()).isEmpty();
  }

  @Test
  void takesSeveralUrls() throws ConfigException {
    // When
    AgentConfig config =
        AgentConfig.read(
            Map.of(URL, "wss://a.example/connect, wss://b.example/connect", TOKEN, "a.b.c"));

    // Then
    assertThat(config.urls())
        .containsExactly(
            URI.create("wss://a.example/connect"), URI.create("wss://b.example/connect"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",",
        "wss://a.example/connect,",
        "wss://a.example/connect,http://b.example/connect",
        "ws://a/,ws://a/,ws://a/,ws://a/,ws://a/,ws://a/,ws://a/,ws://a/,ws://a/,"
            + "ws://a/,ws://a/,ws://a/,ws://a/,ws://a/,ws://a/,ws://a/,ws://a/"
      })
  void refusesUrlsOfWhichOneIsBadOrThatAreTooMany(String urls) {
    // When
    ThrowingCallable read = () -> AgentConfig.read(Map.of(URL, urls, TOKEN, "a.b.c"));

    // Then
    assertThatThrownBy(read).isInstanceOf(ConfigException.class).hasMessageContaining(URL);
  }

  @Test
  void takesEverySetting() throws Exception {
    // Given
    Path token = Files.writeString(directory.resolve("token"), "a.b.c\n");

    // When
    AgentConfig config =
        AgentConfig.read(
            Map.of(
                URL,
                "ws://127.0.0.1:8080/connect",
                "FAIRLEAD_AGENT_TOKEN_FILE",
                token.toString(),
                "FAIRLEAD_AGENT_STATE_DIR",
                directory.toString(),
                "FAIRLEAD_AGENT_WIRE",
                "json",
                "FAIRLEAD_AGENT_INTERVAL",
                "5",
                "FAIRLEAD_AGENT_DISK_THRESHOLD",
                "80",
                "FAIRLEAD_AGENT_EXEC",
                "free, /opt/tools/check"));

    // Then
    assertThat(config)
        .isEqualTo(
            AgentConfig.of(
                    URI.create("ws://127.0.0.1:8080/connect"),
                    new TokenSource.InFile(token),
                    directory)
                .withWire(WireFormat.JSON)
                .withTelemetryInterval(Duration.ofSeconds(5))
                .withDiskThresholdPercent(80)
                .withExecAlso(List.of("free", "/opt/tools/check")));
    assertThat(config.token().token()).isEqualTo("a.b.c");
  }

  @Test
  void saysAllProblemsAtOnce() {
    // Given
    Map<String, String> environment =
        Map.of(
            URL,
            "https://gate.example",
            TOKEN,
            "not a token",
            "FAIRLEAD_AGENT_WIRE",
            "xml",
            "FAIRLEAD_AGENT_INTERVAL",
            "0",
            "FAIRLEAD_AGENT_DISK_THRESHOLD",
            "101",
            "FAIRLEAD_AGENT_EXEC",
            "../sh",
            "FAIRLEAD_AGENT_CA_FILE",
            directory.resolve("none").toString(),
            "FAIRLEAD_AGENT_COLOUR",
            "red");

    // When
    ConfigException problem =
        catchThrowableOfType(ConfigException.class, () -> AgentConfig.read(environment));

    // Then
    assertThat(problem.problems())
        .hasSize(8)
        .anyMatch(text -> text.startsWith(URL))
        .anyMatch(text -> text.startsWith(TOKEN))
        .anyMatch(text -> text.startsWith("FAIRLEAD_AGENT_CA_FILE"))
        .contains("FAIRLEAD_AGENT_COLOUR is no setting");
    assertThat(problem).hasMessageNotContaining("not a token");
  }

  @Test
  void needsExactlyOneToken() {
    // Given
    Map<String, String> both =
        Map.of(URL, "ws://h/connect", TOKEN, "a", "FAIRLEAD_AGENT_TOKEN_FILE", "/x");

    // When
    ConfigException none =
        catchThrowableOfType(
            ConfigException.class, () -> AgentConfig.read(Map.of(URL, "ws://h/connect")));
    ConfigException two = catchThrowableOfType(ConfigException.class, () -> AgentConfig.read(both));

    // Then
    assertThat(none.problems()).singleElement().asString().contains("one of them");
    assertThat(two.problems()).singleElement().asString().contains("one of them");
  }

  @Test
  void needsCertificateAndKeyTogetherAndNoTokenBesides() {
    // Given
    String certificate = "FAIRLEAD_AGENT_CERTIFICATE_FILE";
    String key = "FAIRLEAD_AGENT_KEY_FILE";

    // When
    ConfigException noKey =
        catchThrowableOfType(
            ConfigException.class,
            () -> AgentConfig.read(Map.of(URL, "wss://h/connect", certificate, "/x")));
    ConfigException keyAlone =
        catchThrowableOfType(
            ConfigException.class,
            () -> AgentConfig.read(Map.of(URL, "wss://h/connect", TOKEN, "a", key, "/x")));
    ConfigException plain =
        catchThrowableOfType(
            ConfigException.class,
            () -> AgentConfig.read(Map.of(URL, "ws://h/connect", certificate, "/x", key, "/x")));
    ConfigException noFile =
        catchThrowableOfType(
            ConfigException.class,
            () -> AgentConfig.read(Map.of(URL, "wss://h/connect", certificate, "/x", key, "/x")));

    // Then
    assertThat(noKey.problems()).singleElement().asString().contains("go together");
    assertThat(keyAlone.problems()).singleElement().asString().contains("go together");
    assertThat(plain.problems()).singleElement().asString().contains("wss://");
    assertThat(noFile.problems()).singleElement().asString().contains("cannot be used");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no certificate"})
  void refusesAFileWithoutCertificates(String content) throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve("ca.pem"), content);
    Map<String, String> environment =
        Map.of(URL, "wss://h/connect", TOKEN, "a", "FAIRLEAD_AGENT_CA_FILE", file.toString());

    // When
    assertThatThrownBy(() -> AgentConfig.read(environment))
        // Then
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("FAIRLEAD_AGENT_CA_FILE cannot be used");
  }

  @Test
  void neverShowsTheToken() {
    // Given
    AgentConfig config =
        AgentConfig.of(
            URI.create("ws://h/connect"), new TokenSource.Given("secret-token"), directory);

    // When
    String text = config.toString();

    // Then
    assertThat(text).doesNotContain("secret-token");
  }

  @Test
  void exitsWithOneLineIfMisconfigured() {
    // Given
    ByteArrayOutputStream errors = new ByteArrayOutputStream();

    // When
    int status = AgentMain.run(Map.of(), new PrintStream(errors, true, StandardCharsets.UTF_8));

    // Then
    assertThat(status).isEqualTo(2);
    assertThat(errors.toString(StandardCharsets.UTF_8).lines())
        .singleElement()
        .asString()
        .contains(URL, TOKEN);
  }

  private static final String KEY_FILE = "FAIRLEAD_AGENT_PROVISIONING_KEY_FILE";

  private Map<String, String> provisioned(Path keyFile) {
    return Map.of(
        URL,
        "wss://h/connect",
        KEY_FILE,
        keyFile.toString(),
        "FAIRLEAD_AGENT_STATE_DIR",
        directory.toString());
  }

  @Test
  void takesAProvisioningKeyInPlaceOfAToken() throws Exception {
    // Given
    Path key = Files.writeString(directory.resolve("key"), "flp_abc\n");
    Map<String, String> environment = new HashMap<>(provisioned(key));
    environment.put("FAIRLEAD_AGENT_DEVICE_ID", "pump-17");

    // When
    AgentConfig config = AgentConfig.read(environment);

    // Then
    assertThat(config.provisioning().map(Provisioning::deviceId)).contains("pump-17");
    assertThat(config.provisioning().orElseThrow().key()).isEqualTo("flp_abc");
    assertThat(config.token())
        .isEqualTo(new TokenSource.InFile(directory.resolve("enrolled-token")));
  }

  @Test
  void needsTheProvisioningKeyOnlyUntilThereIsAToken() throws Exception {
    // Given
    Path gone = directory.resolve("gone");
    ConfigException before =
        catchThrowableOfType(ConfigException.class, () -> AgentConfig.read(provisioned(gone)));
    Files.writeString(directory.resolve("enrolled-token"), "a.b.c\n");

    // When
    AgentConfig config = AgentConfig.read(provisioned(gone));

    // Then
    assertThat(before.problems()).singleElement().asString().startsWith(KEY_FILE + " cannot be");
    assertThat(config.provisioning()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "a b", "a/b"})
  void refusesWhatCannotBeADevicesId(String id) throws IOException {
    // Given
    Path key = Files.writeString(directory.resolve("key"), "flp_abc");
    Map<String, String> environment = new HashMap<>(provisioned(key));
    environment.put("FAIRLEAD_AGENT_DEVICE_ID", id);

    // When
    assertThatThrownBy(() -> AgentConfig.read(environment))
        // Then
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("FAIRLEAD_AGENT_DEVICE_ID must be");
  }

  @ParameterizedTest
  @CsvSource({
    "pump 17, pump-17",
    "host.example, host.example",
    "'', this-machine",
    "., this-machine"
  })
  void enrolsAsTheDeviceOfItsHostName(String host, String id) {
    assertThat(Provisioning.ofHost(directory, host).deviceId()).isEqualTo(id);
  }
}
