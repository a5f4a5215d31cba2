package dev.fairlead.agent.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
class ExecHandlerTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;

  @Test
  void runsAnAllowedProgram() throws Exception {
    // When
    Outcome outcome = run("{\"argv\":[\"echo\",\"a  b\",\"$HOME;ls\"]}");

    // Then
    assertThat(outcome.status()).isEqualTo(ResultStatus.SUCCEEDED);
    assertThat(outcome.body().toUtf8())
        .isEqualTo(
            "{\"exitCode\":0,\"stdout\":\"a  b $HOME;ls\\n\",\"stderr\":\"\",\"truncated\":false}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ls", "/bin/echo", "./echo", "../bin/echo", "echo ", "", "ECHO"})
  void rejectsWhatIsNotOnTheListLetterForLetter(String program) throws Exception {
    // When
    Outcome outcome = run("{\"argv\":[\"" + program + "\"]}");

    // Then
    assertThat(outcome).isEqualTo(Outcome.rejected("not on the allow-list: " + program));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"argv\":[]}",
        "{\"argv\":\"echo\"}",
        "{\"argv\":[\"echo\",1]}",
        "{\"argv\":[\"echo\",\"\\u0000\"]}",
        "{\"argv\":[\"echo\"],\"timeoutMs\":0}",
        "{\"argv\":[\"echo\"],\"timeoutMs\":600001}",
        "{\"argv\":[\"echo\"],\"timeoutMs\":\"1\"}"
      })
  void rejectsWhatIsNoRequest(String body) throws Exception {
    // When
    Outcome outcome = run(body);

    // Then
    assertThat(outcome.status()).isEqualTo(ResultStatus.REJECTED);
    assertThat(outcome.reason()).hasValueSatisfying(why -> assertThat(why).contains("argv"));
  }

  @Test
  void failsWithTheExitCode() throws Exception {
    // When
    Outcome outcome = run("{\"argv\":[\"sh\",\"-c\",\"echo oops >&2; exit 3\"]}");

    // Then
    assertThat(outcome.status()).isEqualTo(ResultStatus.FAILED);
    assertThat(outcome.reason()).contains("exit code 3");
    assertThat(fields(outcome))
        .containsEntry("exitCode", Value.of(3))
        .containsEntry("stderr", Value.of("oops\n"));
  }

  @Test
  void givesNoInput() throws Exception {
    // When
    Outcome outcome = run("{\"argv\":[\"sh\",\"-c\",\"cat; echo end\"]}");

    // Then
    assertThat(fields(outcome)).containsEntry("stdout", Value.of("end\n"));
  }

  @Test
  void keepsTheBeginningOfALongOutputAndLetsTheProgramEnd() throws Exception {
    // When
    Outcome outcome = run("{\"argv\":[\"sh\",\"-c\",\"head -c 300000 /dev/zero | tr '\\\\0' x\"]}");

    // Then
    assertThat(fields(outcome))
        .containsEntry("exitCode", Value.of(0))
        .containsEntry("stdout", Value.of("x".repeat(ExecHandler.OUTPUT_BYTES_MAX)))
        .containsEntry("truncated", Value.of(true));
  }

  @Test
  void keepsAnOutputOfExactlyTheBound() throws Exception {
    // When
    Outcome outcome =
        run("{\"argv\":[\"head\",\"-c\",\"" + ExecHandler.OUTPUT_BYTES_MAX + "\",\"/dev/zero\"]}");

    // Then
    assertThat(fields(outcome)).containsEntry("truncated", Value.of(false));
  }

  @Test
  void killsAProgramAndItsChildrenAfterTheTimeout() throws Exception {
    // Given
    String script = "sleep 60 & echo $!; wait";

    // When
    Outcome outcome = run("{\"argv\":[\"sh\",\"-c\",\"" + script + "\"],\"timeoutMs\":300}");

    // Then
    assertThat(outcome.status()).isEqualTo(ResultStatus.FAILED);
    assertThat(outcome.reason()).contains("killed after 300 ms");
    long child = Long.parseLong(Json.text(fields(outcome), "stdout").orElseThrow().strip());
    await().until(() -> isGone(child));
  }

  @Test
  void killsAProgramAtTheDeadlineOfItsCommand() throws Exception {
    // When
    Outcome outcome =
        handler().run(Body.utf8("{\"argv\":[\"sleep\",\"60\"]}"), Duration.ofMillis(200));

    // Then
    assertThat(outcome.reason()).contains("killed after 200 ms");
  }

  @Test
  void killsTheProgramWhenInterrupted() throws Exception {
    // Given
    Path pidFile = directory.resolve("pid");
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    run("{\"argv\":[\"sh\",\"-c\",\"echo $$ > pid; exec sleep 60\"]}");
                  } catch (InterruptedException e) {
                    interrupted.set(true);
                  }
                });
    await().until(() -> Files.exists(pidFile) && Files.size(pidFile) > 1);

    // When
    thread.interrupt();

    // Then
    assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
    assertThat(interrupted).isTrue();
    long pid = Long.parseLong(Files.readString(pidFile).strip());
    await().until(() -> isGone(pid));
  }

  @Test
  void failsIfTheProgramIsNotInstalled() throws Exception {
    // Given
    ExecHandler handler =
        new ExecHandler(
            new AllowedPrograms(Set.of("no-such-program"), System.getenv("PATH")), directory);

    // When
    Outcome outcome = handler.run(Body.utf8("{\"argv\":[\"no-such-program\"]}"), MINUTE);

    // Then
    assertThat(outcome).isEqualTo(Outcome.failed("not installed: no-such-program"));
  }

  @Test
  void hidesTheSettingsOfThisProcess() {
    // Given
    Map<String, String> environment =
        new HashMap<>(Map.of("FAIRLEAD_AGENT_TOKEN", "secret", "PATH", "/bin"));

    // When
    ExecHandler.removeSettings(environment);

    // Then
    assertThat(environment).containsOnlyKeys("PATH");
  }

  @Test
  void cutsAReasonThatIsTooLongForAHeader() throws Exception {
    // Given
    String program = "x" + "\ud83d\ude00".repeat(1500);

    // When
    Outcome outcome = run("{\"argv\":[\"" + program + "\"]}");

    // Then
    String reason = outcome.reason().orElseThrow();
    assertThat(reason.length())
        .isBetween(Outcome.REASON_CHARACTERS_MAX - 1, Outcome.REASON_CHARACTERS_MAX);
    assertThat(reason.charAt(reason.length() - 1)).matches(Character::isLowSurrogate);
  }

  private static boolean isGone(long pid) {
    // A child that nobody waits for stays as a zombie, which runs no more.
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().command())
        .filter(command -> command.contains("sleep"))
        .isEmpty();
  }

  private Outcome run(String body) throws InterruptedException {
    return handler().run(Body.utf8(body), MINUTE);
  }

  private ExecHandler handler() {
    AllowedPrograms allowed =
        new AllowedPrograms(Set.of("echo", "sh", "head", "sleep"), System.getenv("PATH"));
    return new ExecHandler(allowed, directory);
  }

  private static Map<String, Value> fields(Outcome outcome) {
    return Json.readObject(outcome.body()).orElseThrow();
  }
}
