package dev.fairlead.agent.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.agent.connection.Transmitter.Transmission;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Command;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandRunnerTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;
  private final RecordingTransmitter transmitter = new RecordingTransmitter();
  private final List<String> ran = new CopyOnWriteArrayList<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private CommandRunner runner;

  @BeforeEach
  void start() throws IOException {
    runner = newRunner(transmitter);
  }

  @AfterEach
  void stop() {
    runner.close();
  }

  private CommandRunner newRunner(RecordingTransmitter replies) throws IOException {
    CommandJournal journal =
        CommandJournal.open(directory.resolve("journal"), InstantSource.system());
    Map<String, CommandHandler> handlers =
        Map.of("note", this::note, "wait", this::waitAtGate, "broken", this::broken);
    CommandRunner started = new CommandRunner(handlers, journal, replies);
    started.start();
    return started;
  }

  private Outcome note(Body body, Duration timeLeft) {
    ran.add(body.toUtf8());
    return Outcome.succeeded(Map.of("text", Value.of("noted".repeat(10))));
  }

  private Outcome waitAtGate(Body body, Duration timeLeft) throws InterruptedException {
    ran.add(body.toUtf8());
    gate.await();
    return Outcome.succeeded(Map.of());
  }

  private Outcome broken(Body body, Duration timeLeft) {
    throw new IllegalStateException("of all things");
  }

  @Test
  void runsCommandsInTheOrderTheyCame() {
    // Given
    List<String> bodies = List.of("1", "2", "3");

    // When
    bodies.forEach(body -> accept("c-" + body, "note", body));

    // Then
    awaitSent("result c-3 succeeded");
    assertThat(ran).isEqualTo(bodies);
    assertThat(transmitter.sent)
        .containsSubsequence("delivered c-1", "result c-1 succeeded", "result c-2 succeeded");
  }

  @Test
  void answersARepeatedCommandWithTheKeptResult() {
    // Given
    accept("c-1", "note", "1");
    awaitSent("result c-1 succeeded");

    // When
    accept("c-1", "note", "1");

    // Then
    assertThat(ran).hasSize(1);
    assertThat(transmitter.sent)
        .containsExactly("delivered c-1", "result c-1 succeeded", "result c-1 succeeded");
  }

  @Test
  void answersARepeatedCommandAfterARestart() throws IOException {
    // Given
    accept("c-1", "note", "1");
    awaitSent("result c-1 succeeded");
    RecordingTransmitter later = new RecordingTransmitter();

    // When
    try (CommandRunner restarted = newRunner(later)) {
      restarted.connected();
      restarted.accept(command("c-1", "note", "1", MINUTE));

      // Then
      assertThat(later.sent).containsExactly("result c-1 succeeded");
      assertThat(ran).hasSize(1);
    }
  }

  @Test
  void saysDeliveredAgainWhileTheCommandRuns() {
    // Given
    accept("c-1", "wait", "1");
    await().until(() -> ran.size() == 1);

    // When
    accept("c-1", "wait", "1");

    // Then
    assertThat(transmitter.sent).containsExactly("delivered c-1", "delivered c-1");
    gate.countDown();
    awaitSent("result c-1 succeeded");
    assertThat(ran).hasSize(1);
  }

  @Test
  void reportsACommandThatACrashCutShortWithoutBeingAsked() throws IOException {
    // Given
    accept("c-1", "wait", "1");
    accept("c-2", "note", "2");
    await().until(() -> ran.size() == 1);
    RecordingTransmitter later = new RecordingTransmitter();

    // When
    try (CommandRunner restarted = newRunner(later)) {
      restarted.connected();
      restarted.accept(command("c-1", "wait", "1", MINUTE));

      // Then
      assertThat(later.sent)
          .containsExactly(
              "result c-1 failed interrupted",
              "result c-2 failed interrupted",
              "result c-1 failed interrupted");
      assertThat(ran).hasSize(1);
    }
  }

  @Test
  void rejectsUnknownKinds() {
    // When
    accept("c-1", "dance", "1");

    // Then
    assertThat(transmitter.sent).containsExactly("result c-1 rejected unknown kind");
  }

  @Test
  void rejectsWhatIsPastItsDeadline() {
    // When
    runner.accept(command("c-1", "note", "1", Duration.ZERO));

    // Then
    assertThat(transmitter.sent).containsExactly("result c-1 rejected expired");
    assertThat(ran).isEmpty();
  }

  @Test
  void doesNotRunWhatExpiredInTheQueue() {
    // Given
    accept("c-1", "wait", "1");
    runner.accept(command("c-2", "note", "2", Duration.ofMillis(1)));
    long expired = System.nanoTime() + Duration.ofMillis(2).toNanos();
    await().until(() -> System.nanoTime() - expired > 0);

    // When
    gate.countDown();

    // Then
    awaitSent("result c-2 rejected expired");
    assertThat(ran).containsExactly("1");
  }

  @Test
  void rejectsWhatTheQueueHasNoRoomFor() {
    // Given
    accept("running", "wait", "0");
    await().until(() -> ran.size() == 1);
    IntStream.range(0, CommandRunner.QUEUE_MAX).forEach(n -> accept("c-" + n, "note", "n"));
    assertThat(transmitter.sent).noneMatch(reply -> reply.startsWith("result"));

    // When
    accept("one more", "note", "n");

    // Then
    assertThat(transmitter.sent.getLast()).isEqualTo("result one more rejected busy");
  }

  @Test
  void cancelsWhatHasNotBegun() {
    // Given
    accept("c-1", "wait", "1");
    accept("c-2", "note", "2");

    // When
    runner.cancel("c-2");

    // Then
    gate.countDown();
    awaitSent("result c-1 succeeded");
    assertThat(transmitter.sent).contains("result c-2 rejected cancelled");
    assertThat(ran).containsExactly("1");
  }

  @Test
  void cancelsWhatRunsAndGoesOnWithTheNext() {
    // Given
    accept("c-1", "wait", "1");
    accept("c-2", "note", "2");
    await().until(() -> ran.size() == 1);

    // When
    runner.cancel("c-1");

    // Then
    awaitSent("result c-2 succeeded");
    assertThat(transmitter.sent).contains("result c-1 failed cancelled");
  }

  @Test
  void letsCancelsOfOtherCommandsPass() {
    // Given
    accept("c-1", "wait", "1");
    await().until(() -> ran.size() == 1);

    // When
    runner.cancel("c-0");

    // Then
    gate.countDown();
    awaitSent("result c-1 succeeded");
  }

  @Test
  void survivesAHandlerThatBreaks() {
    // Given
    accept("c-1", "broken", "1");

    // When
    accept("c-2", "note", "2");

    // Then
    awaitSent("result c-2 succeeded");
    assertThat(transmitter.sent)
        .contains("result c-1 failed the agent failed: IllegalStateException");
  }

  @Test
  void sendsResultsOfABrokenConnectionOnceMore() {
    // Given
    accept("c-1", "note", "1");
    awaitSent("result c-1 succeeded");
    transmitter.sent.clear();

    // When
    runner.connected();
    runner.connected();

    // Then
    assertThat(transmitter.sent).containsExactly("result c-1 succeeded");
  }

  @Test
  void keepsResultsUntilThereIsAConnection() {
    // Given
    accept("c-1", "wait", "1");
    transmitter.answer = Transmission.NOT_CONNECTED;
    gate.countDown();
    accept("c-2", "note", "2");
    await().until(() -> ran.size() == 2);
    transmitter.answer = Transmission.SENT;

    // When
    runner.connected();

    // Then
    awaitSent("result c-2 succeeded");
    assertThat(transmitter.sent)
        .containsSubsequence("delivered c-1", "result c-1 succeeded", "result c-2 succeeded");
  }

  @Test
  void shortensAResultThatIsTooLargeForTheGateway() {
    // Given
    transmitter.bodyBytesMax = 20;

    // When
    accept("c-1", "note", "1");

    // Then
    awaitSent("result c-1 succeeded the output is too large to be sent");
  }

  private void accept(String id, String kind, String body) {
    runner.accept(command(id, kind, body, MINUTE));
  }

  private static Command command(String id, String kind, String body, Duration timeLeft) {
    return Command.json(id, kind, timeLeft, 1, Body.utf8(body));
  }

  private void awaitSent(String reply) {
    await().untilAsserted(() -> assertThat(transmitter.sent).contains(reply));
  }
}
