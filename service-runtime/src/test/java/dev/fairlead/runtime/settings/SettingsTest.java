package dev.fairlead.runtime.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @TempDir Path directory;

  private static Settings with(String name, String value) {
    return Settings.of(Map.of(name, value, "PATH", "/bin"));
  }

  @Test
  void fallsBackToDefaults() {
    // Given
    Settings settings = Settings.of(Map.of("FAIRLEAD_TEXT", " ", "HOME", "/root"));

    // Then
    assertThat(settings.text("TEXT", "a", "A text.")).isEqualTo("a");
    assertThat(settings.optionalText("OPTIONAL", "A text.")).isEmpty();
    assertThat(settings.integer("INTEGER", 5, 1, 9, "A number.")).isEqualTo(5);
    assertThat(settings.size("SIZE", 64, 1, 99, "A size.")).isEqualTo(64);
    assertThat(
            settings.duration(
                "WAIT", Duration.ofDays(400), Duration.ZERO, Duration.ofDays(999), "A time."))
        .isEqualTo(Duration.ofDays(400));
    assertThat(settings.flag("FLAG", true, "A flag.")).isTrue();
    assertThat(settings.list("LIST", List.of("x"), "Texts.")).containsExactly("x");
    assertThat(settings.path("DIRECTORY", Path.of("data"), "A path.")).isEqualTo(Path.of("data"));
    assertThat(settings.optionalSecret("KEY", "A secret.")).isEmpty();
    settings.finish();
  }

  @ParameterizedTest
  @CsvSource({"500ms,PT0.5S", "10s,PT10S", "5m,PT5M", "2h,PT2H", "400d,PT9600H"})
  void readsDurations(String text, Duration expected) {
    // When
    Duration value =
        with("FAIRLEAD_WAIT", text)
            .duration("WAIT", Duration.ZERO, Duration.ZERO, Duration.ofDays(400), "");

    // Then
    assertThat(value).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1000,1000",
    "4k,4096",
    "64KiB,65536",
    "1MiB,1048576",
    "2gib,2147483648",
    "7b,7"
  })
  void readsSizes(String text, long expected) {
    // When
    long value = with("FAIRLEAD_SIZE", text).size("SIZE", 1, 0, 1L << 40, "");

    // Then
    assertThat(value).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10", "s", "-1s", "1.5s", "10 s", "401d", "1000000000000s"})
  void refusesOtherDurations(String text) {
    // Given
    Settings settings = with("FAIRLEAD_WAIT", text);

    // When
    Duration value =
        settings.duration("WAIT", Duration.ofSeconds(3), Duration.ZERO, Duration.ofDays(400), "");

    // Then
    assertThat(value).isEqualTo(Duration.ofSeconds(3));
    assertProblem(settings, "FAIRLEAD_WAIT must be a duration from 0s to 400d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1x", "1.5k", "k", "999999999999g", "1025"})
  void refusesOtherSizes(String text) {
    // Given
    Settings settings = with("FAIRLEAD_SIZE", text);

    // When
    long value = settings.size("SIZE", 7, 0, 1024, "");

    // Then
    assertThat(value).isEqualTo(7);
    assertProblem(settings, "FAIRLEAD_SIZE must be a size from 0 to 1KiB");
  }

  @ParameterizedTest
  @CsvSource({"1,1", "9,9"})
  void takesIntegerAtItsBounds(String text, int expected) {
    // Then
    assertThat(with("FAIRLEAD_N", text).integer("N", 5, 1, 9, "")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "10", "x", "99999999999"})
  void refusesIntegerBeyondItsBounds(String text) {
    // Given
    Settings settings = with("FAIRLEAD_N", text);

    // When
    int value = settings.integer("N", 5, 1, 9, "");

    // Then
    assertThat(value).isEqualTo(5);
    assertProblem(settings, "FAIRLEAD_N must be a whole number from 1 to 9, not '" + text + "'");
  }

  @Test
  void readsListsWithoutBlanks() {
    // Then
    assertThat(with("FAIRLEAD_LIST", " a, ,b ,").list("LIST", List.of(), ""))
        .containsExactly("a", "b");
  }

  @Test
  void tellsEveryProblemAtOnce() {
    // Given
    Settings settings =
        Settings.of(
            Map.of(
                "FAIRLEAD_FLAG", "yes",
                "FAIRLEAD_KAFKA_BOOTSTRAP_SERVER", "a:1",
                "FAIRLEAD_ZZZ", "1"));
    settings.flag("FLAG", false, "");
    settings.requiredText("NAME", "");
    settings.secret("PASSWORD", "");
    settings.text("KAFKA_BOOTSTRAP_SERVERS", "", "");

    // Then
    assertThatThrownBy(settings::finish)
        .isInstanceOfSatisfying(
            SettingsException.class,
            e ->
                assertThat(e.problems())
                    .containsExactly(
                        "FAIRLEAD_FLAG must be true or false, not 'yes'",
                        "FAIRLEAD_NAME must be set",
                        "FAIRLEAD_PASSWORD or FAIRLEAD_PASSWORD_FILE must be set",
                        "FAIRLEAD_KAFKA_BOOTSTRAP_SERVER is not a setting; did you mean"
                            + " FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS?",
                        "FAIRLEAD_ZZZ is not a setting"));
  }

  @Test
  void tellsProblemOnceWhenSettingIsReadTwice() {
    // Given
    Settings settings = with("FAIRLEAD_N", "x");

    // When
    settings.integer("N", 5, 1, 9, "");
    settings.integer("N", 5, 1, 9, "");

    // Then
    assertThatThrownBy(settings::finish)
        .isInstanceOfSatisfying(SettingsException.class, e -> assertThat(e.problems()).hasSize(1));
    assertThat(settings.described()).hasSize(1);
  }

  @Test
  void readsSecretFromVariableOrFile() throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve("key"), "from file\n");

    // When
    Secret inline = with("FAIRLEAD_KEY", "inline").secret("KEY", "");
    Secret fromFile = with("FAIRLEAD_KEY_FILE", file.toString()).secret("KEY", "");

    // Then
    assertThat(inline.reveal()).isEqualTo("inline");
    assertThat(fromFile.reveal()).isEqualTo("from file");
  }

  @Test
  void readsSecretAnewFromItsFileUnlessThatIsGone() throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve("key"), "first\n");
    Secret secret = with("FAIRLEAD_KEY_FILE", file.toString()).secret("KEY", "");

    // When
    Files.writeString(file, "second\n");

    // Then
    assertThat(secret.latest().reveal()).isEqualTo("second");
    assertThat(secret.reveal()).isEqualTo("first");
    assertThat(Secret.of("inline").latest().reveal()).isEqualTo("inline");
    Files.delete(file);
    assertThat(secret.latest().reveal()).isEqualTo("first");
  }

  @Test
  void refusesSecretFileThatIsMissingEmptyOrLarge() throws IOException {
    // Given
    Path empty = Files.writeString(directory.resolve("empty"), "\n");
    Path large = Files.write(directory.resolve("large"), new byte[64 * 1024 + 1]);

    // Then
    assertProblem(
        secret("/does/not/exist"), "FAIRLEAD_KEY_FILE: the file cannot be read: /does/not/exist");
    assertProblem(secret(empty.toString()), "FAIRLEAD_KEY_FILE: the file is empty");
    assertProblem(secret(large.toString()), "FAIRLEAD_KEY_FILE: the file is larger than 64KiB");
  }

  private static Settings secret(String file) {
    Settings settings = with("FAIRLEAD_KEY_FILE", file);
    settings.secret("KEY", "");
    return settings;
  }

  @Test
  void refusesSecretThatIsGivenTwice() {
    // Given
    Settings settings = Settings.of(Map.of("FAIRLEAD_KEY", "a", "FAIRLEAD_KEY_FILE", "b"));

    // When
    settings.optionalSecret("KEY", "");

    // Then
    assertProblem(settings, "must not both be set");
  }

  @Test
  void describesWhatWasReadAndHidesSecrets() {
    // Given
    Settings settings = Settings.of(Map.of("FAIRLEAD_KEY", "hunter2", "FAIRLEAD_WAIT", "90s"));

    // When
    settings.secret("KEY", "The key.");
    settings.duration("WAIT", Duration.ofMinutes(2), Duration.ZERO, Duration.ofHours(1), "A time.");
    settings.size("SIZE", 1 << 20, 0, 1 << 30, "A size.");

    // Then
    assertThat(settings.described())
        .containsExactly(
            new Setting("FAIRLEAD_KEY", "(secret)", "(required)", true, "The key."),
            new Setting(
                "FAIRLEAD_KEY_FILE",
                "(none)",
                "(none)",
                false,
                "A file that holds `FAIRLEAD_KEY`."),
            new Setting("FAIRLEAD_WAIT", "90s", "2m", true, "A time."),
            new Setting("FAIRLEAD_SIZE", "1MiB", "1MiB", false, "A size."));
    assertThat(settings.toString()).doesNotContain("hunter2");
  }

  @Test
  void redactsSecretAndComparesItsText() {
    // Given
    Secret secret = Secret.of("hunter2");

    // Then
    assertThat(secret)
        .hasToString("(secret)")
        .isEqualTo(Secret.of("hunter2"))
        .isNotEqualTo(Secret.of("hunter3"));
    assertThat(secret).hasSameHashCodeAs(Secret.of("hunter2"));
  }

  private static void assertProblem(Settings settings, String text) {
    assertThatThrownBy(settings::finish)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(text);
  }
}
