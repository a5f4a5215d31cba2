package dev.fairlead.endtoend.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.endtoend.chaos.Sender.Accepted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What must not be is seen.
class CheckTest {

  private final ExecutionLog log = new ExecutionLog();

  @TempDir private Path directory;

  private static Accepted accepted(int number) {
    return new Accepted(
        new Order(
            number,
            "d-1",
            true,
            Order.PRIORITY_DEFAULT,
            Optional.empty(),
            Optional.empty(),
            false,
            false,
            0),
        "id-" + number);
  }

  private static Found found(int number, String state, String... finals) {
    return new Found("id-" + number, number, state, 1, List.of(finals), "");
  }

  private void run(int number) {
    log.end(log.begin("d-1", number));
  }

  @Test
  void findsNothingWhereAllIsWell() {
    // Given
    run(1);
    run(2);

    // When
    Check check =
        new Check(
            List.of(accepted(1), accepted(2)),
            List.of(found(1, "succeeded", "succeeded"), found(2, "succeeded", "succeeded")),
            log);

    // Then
    assertThat(check.violations()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, succeeded, succeeded",
    "2, succeeded, succeeded",
    "1, sent, ",
    "1, succeeded, failed",
    "1, rejected, rejected",
    "0, expired, expired",
    "0, cancelled, cancelled",
  })
  void seesACommandThatEndedOtherwiseThanItRan(int runs, String state, @Nullable String last) {
    // Given
    for (int i = 0; i < runs; i++) {
      run(1);
    }
    Found found = last == null ? found(1, state) : found(1, state, last);

    // When
    Check check = new Check(List.of(accepted(1)), List.of(found), log);

    // Then
    assertThat(check.violations()).hasSize(1);
  }

  @Test
  void seesASecondEnd() {
    // Given
    run(1);

    // When
    Check check =
        new Check(List.of(accepted(1)), List.of(found(1, "succeeded", "failed", "succeeded")), log);

    // Then
    assertThat(check.violations()).hasSize(1);
  }

  @Test
  void seesALostCommandAndOneThatNobodySent() {
    // Given
    run(2);

    // When
    Check check = new Check(List.of(accepted(1)), List.of(found(2, "succeeded", "succeeded")), log);

    // Then
    assertThat(check.violations()).singleElement().asString().contains("there is none");
    assertThat(new Check(List.of(), List.of(found(2, "succeeded", "succeeded")), log).violations())
        .hasSize(1);
  }

  @Test
  void seesWhatRanInAnotherOrderOrAtTheSameTime() {
    // Given
    run(2);
    ExecutionLog.Run first = log.begin("d-1", 1);
    run(3);
    log.end(first);

    // When
    Check check =
        new Check(
            List.of(accepted(1), accepted(2), accepted(3)),
            List.of(
                found(1, "succeeded", "succeeded"),
                found(2, "succeeded", "succeeded"),
                found(3, "succeeded", "succeeded")),
            log);

    // Then
    assertThat(check.violations())
        .anyMatch(line -> line.contains("ran after"))
        .anyMatch(line -> line.contains("ran beside"));
  }

  @Test
  void seesInAJournalWhatWasTakenTwiceOrTooEarly() throws IOException {
    // Given
    Path journal = directory.resolve("commands.jsonl");
    Files.writeString(
        journal,
        """
        {"id":"a","state":"accepted"}
        {"id":"b","state":"accepted"}
        {"id":"a","state":"finished"}
        {"id":"a","state":"accepted"}
        {"id":"b","state":"finished"}
        """);

    // When
    List<String> violations =
        AgentJournal.violations(journal, Map.of("a", "succeeded", "b", "succeeded"));

    // Then
    assertThat(violations)
        .hasSize(3)
        .anyMatch(line -> line.contains("taken twice"))
        .anyMatch(line -> line.contains("b (succeeded) came while a (succeeded) was not done"));
    assertThat(AgentJournal.violations(journal, Map.of("a", "cancelled", "b", "succeeded")))
        .singleElement()
        .asString()
        .contains("taken twice");
    assertThat(AgentJournal.violations(journal, Map.of()))
        .singleElement()
        .asString()
        .contains("taken twice");
  }
}
