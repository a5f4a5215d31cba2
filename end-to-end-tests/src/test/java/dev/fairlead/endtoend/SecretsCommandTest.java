package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.endtoend.harness.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `./fairlead secrets`, which `./fairlead test` looks through its own logs with.
class SecretsCommandTest {

  // Put together here, so that this file does not hold what looks like a secret.
  private static final String TOKEN =
      "eyJ" + "a".repeat(30) + ".eyJ" + "b".repeat(90) + "." + "c".repeat(86);
  private static final String API_KEY = "fl_" + "d".repeat(43);

  @TempDir private Path logs;

  private record Ended(int exitCode, String said) {}

  private Ended run() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Checkout.root().resolve("fairlead").toString(), "secrets", logs.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said);
  }

  static List<String> secrets() {
    return List.of(
        "connect refused token=" + TOKEN,
        "Authorization: Bearer " + API_KEY,
        "{\"key\":\"" + API_KEY + "\"}",
        API_KEY,
        "key=flp_" + "d".repeat(43),
        "claim=flc_" + "d".repeat(43));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("secrets")
  void tellsWhereASecretIsAndNotWhatItIs(String line) throws Exception {
    // Given
    Files.createDirectories(logs.resolve("deep"));
    Files.writeString(logs.resolve("deep").resolve("service.log"), "started\n" + line + "\n");

    // When
    Ended ended = run();

    // Then
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.said())
        .contains("service.log:2")
        .doesNotContain("c".repeat(10))
        .doesNotContain("d".repeat(10));
  }

  @Test
  void isContentWithLogsThatHoldNone() throws Exception {
    // Given
    Files.writeString(
        logs.resolve("service.log"),
        "api key made prefix=fl_abcdef\na token begins with eyJhbGciOiJFUzI1NiJ9\n");

    // When
    Ended ended = run();

    // Then
    assertThat(ended.said()).isEmpty();
    assertThat(ended.exitCode()).isZero();
  }
}
