package dev.fairlead.command.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.command.lifecycle.CommandEvent.Cancelled;
import dev.fairlead.command.lifecycle.CommandEvent.Delivered;
import dev.fairlead.command.lifecycle.CommandEvent.Ended;
import dev.fairlead.command.lifecycle.CommandEvent.Expired;
import dev.fairlead.command.lifecycle.CommandEvent.Progressed;
import dev.fairlead.command.lifecycle.CommandEvent.Sent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CommandStateTest {

  private static final List<String> COLUMNS =
      List.of(
          "sent",
          "delivered",
          "progress",
          "succeeded",
          "failed",
          "rejected",
          "expired",
          "cancelled");

  private static final Map<String, CommandEvent> EVENTS =
      Map.of(
          "sent", new Sent(),
          "delivered", new Delivered(),
          "progress", new Progressed(Optional.empty()),
          "succeeded", new Ended(Outcome.SUCCEEDED),
          "failed", new Ended(Outcome.FAILED),
          "rejected", new Ended(Outcome.REJECTED),
          "expired", new Expired(),
          "cancelled", new Cancelled());

  /// What each event (column) does in each state (row): a state to go to, `again`, `-` for nothing,
  /// or `~state` for a late reply.
  private static final String TABLE =
      """
      queued    sent  delivered  running  succeeded  failed  rejected  expired cancelled
      sent      again delivered  running  succeeded  failed  rejected  expired cancelled
      delivered again -          running  succeeded  failed  rejected  expired cancelled
      running   again -          -        succeeded  failed  rejected  expired cancelled
      succeeded -     ~delivered ~running -          ~failed ~rejected -       -
      failed    -     ~delivered ~running ~succeeded -       ~rejected -       -
      rejected  -     ~delivered ~running ~succeeded ~failed -         -       -
      expired   -     ~delivered ~running ~succeeded ~failed ~rejected -       -
      cancelled -     ~delivered ~running ~succeeded ~failed ~rejected -       -
      """;

  static Stream<Arguments> table() {
    return TABLE
        .lines()
        .map(line -> line.strip().split(" +", -1))
        .flatMap(
            cells ->
                COLUMNS.stream()
                    .map(
                        column ->
                            Arguments.of(cells[0], column, cells[1 + COLUMNS.indexOf(column)])));
  }

  @ParameterizedTest(name = "{0} on {1}: {2}")
  @MethodSource("table")
  void goesWhereTheTableSays(String state, String event, String expected) {
    // Given
    CommandState from = CommandState.of(state).orElseThrow();

    // When
    Step step = from.on(Objects.requireNonNull(EVENTS.get(event)));

    // Then
    assertThat(text(step)).isEqualTo(expected);
  }

  @Test
  void tableNamesEveryState() {
    // Given
    List<String> rows = TABLE.lines().map(line -> line.strip().split(" +", -1)[0]).toList();

    // When
    List<String> states = Arrays.stream(CommandState.values()).map(CommandState::word).toList();

    // Then
    assertThat(rows).containsExactlyElementsOf(states);
  }

  @Test
  void knowsNoOtherWord() {
    // Given
    String word = "done";

    // When
    Optional<CommandState> state = CommandState.of(word);

    // Then
    assertThat(state).isEmpty();
  }

  private static String text(Step step) {
    return switch (step) {
      case Step.Moved moved -> moved.to().word();
      case Step.SentAgain _ -> "again";
      case Step.Late late -> "~" + late.said().word();
      case Step.Nothing _ -> "-";
    };
  }
}
