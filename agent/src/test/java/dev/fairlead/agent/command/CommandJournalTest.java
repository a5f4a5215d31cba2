package dev.fairlead.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.command.JournalEntry.Accepted;
import dev.fairlead.agent.command.JournalEntry.Finished;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandJournalTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Outcome DONE = Outcome.succeeded(Map.of("pong", Value.of(true)));

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("journal");
  }

  @Test
  void knowsResultsAfterARestart() throws IOException {
    // Given
    CommandJournal journal = open(NOW);
    journal.accept("c-1");
    journal.finish("c-1", DONE);

    // When
    CommandJournal reopened = open(NOW);

    // Then
    assertThat(reopened.find("c-1")).contains(new Finished("c-1", NOW, DONE, false));
    assertThat(reopened.find("c-2")).isEmpty();
  }

  @Test
  void hasTheIdInTheFileBeforeTheCommandMayRun() throws IOException {
    // Given
    CommandJournal journal = open(NOW);

    // When
    journal.accept("c-1");

    // Then
    assertThat(Files.readString(file)).contains("\"c-1\"").endsWith("\n");
    assertThat(journal.find("c-1")).contains(new Accepted("c-1", NOW));
  }

  @Test
  void endsWhatACrashCutShort() throws IOException {
    // Given
    open(NOW).accept("c-1");

    // When
    CommandJournal reopened = open(NOW.plusSeconds(9));

    // Then
    Outcome interrupted = Outcome.failed(CommandJournal.INTERRUPTED);
    assertThat(reopened.find("c-1")).contains(new Finished("c-1", NOW, interrupted, false));
    assertThat(reopened.unreplied()).extracting(Finished::id).containsExactly("c-1");
  }

  @Test
  void tellsWhichResultsNoConnectionHasTaken() throws IOException {
    // Given
    CommandJournal journal = open(NOW);
    journal.finish("c-1", DONE);
    journal.finish("c-2", Outcome.rejected("busy"));
    journal.replied("c-1");

    // When
    CommandJournal reopened = open(NOW);
    CommandJournal reopenedTwice = open(NOW);

    // Then
    assertThat(reopened.unreplied()).extracting(Finished::id).containsExactly("c-2");
    assertThat(reopenedTwice.unreplied()).extracting(Finished::id).containsExactly("c-2");
  }

  @Test
  void livesWithALineThatACrashLeftHalfWrittenAndWithGarbage() throws IOException {
    // Given
    CommandJournal journal = open(NOW);
    journal.accept("c-1");
    append("\0\u00ff garbage\n{\"id\":5}\n[]\n");
    journal.accept("c-2");
    append("{\"id\":\"c-3\",\"at\":\"2026-");

    // When
    CommandJournal reopened = open(NOW);
    reopened.accept("c-4");

    // Then
    CommandJournal last = open(NOW);
    assertThat(last.find("c-1")).isPresent();
    assertThat(last.find("c-2")).isPresent();
    assertThat(last.find("c-3")).isEmpty();
    assertThat(last.find("c-4")).isPresent();
  }

  @Test
  void forgetsWhatIsOlderThanAnyDeadline() throws IOException {
    // Given
    open(NOW).finish("old", DONE);
    open(NOW.plusSeconds(1)).finish("young", DONE);

    // When
    CommandJournal reopened = open(NOW.plus(CommandJournal.KEPT).plusMillis(1));

    // Then
    assertThat(reopened.find("old")).isEmpty();
    assertThat(reopened.find("young")).isPresent();
  }

  @Test
  void writesItsFileAfreshBeforeItGrowsTooLarge() throws IOException {
    // Given
    Body body = Body.utf8("\"" + "x".repeat(512 << 10) + "\"");
    Outcome large = new Outcome(ResultStatus.SUCCEEDED, Optional.empty(), body);
    CommandJournal journal = open(NOW);

    // When
    for (int number = 0; number < 60; number++) {
      journal.accept("c-" + number);
      Finished _ = journal.finish("c-" + number, large);
    }

    // Then
    assertThat(Files.size(file))
        .isLessThan(CommandJournal.BYTES_MAX + KnownCommands.BODY_BYTES_MAX + (1 << 20));
    assertThat(open(NOW).find("c-0")).isPresent();
  }

  @Test
  void keepsTheBodiesOfTheLatestResultsOnly() {
    // Given
    Body body = Body.utf8("\"" + "x".repeat(1 << 20) + "\"");
    Outcome large = new Outcome(ResultStatus.SUCCEEDED, Optional.empty(), body);
    KnownCommands known = new KnownCommands();

    // When
    IntStream.range(0, 5).forEach(n -> known.put(new Finished("c-" + n, NOW, large, true)));

    // Then
    assertThat(known.find("c-4")).contains(new Finished("c-4", NOW, large, true));
    assertThat(known.find("c-0"))
        .contains(
            new Finished("c-0", NOW, large.withoutBody("the output is no longer kept"), true));
  }

  @Test
  void forgetsTheOldestBeyondItsBound() {
    // Given
    KnownCommands known = new KnownCommands();
    IntStream.range(0, KnownCommands.ENTRIES_MAX)
        .forEach(n -> known.put(new Accepted("c-" + n, NOW)));
    assertThat(known.find("c-0")).isPresent();

    // When
    known.put(new Accepted("one more", NOW));

    // Then
    assertThat(known.find("c-0")).isEmpty();
    assertThat(known.find("c-1")).isPresent();
    assertThat(known.all()).hasSize(KnownCommands.ENTRIES_MAX);
  }

  private CommandJournal open(Instant now) throws IOException {
    return CommandJournal.open(file, InstantSource.fixed(now));
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }
}
