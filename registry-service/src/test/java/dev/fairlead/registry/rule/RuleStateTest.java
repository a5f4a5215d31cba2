package dev.fairlead.registry.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleStateTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static JsonNode json(String text) {
    return Json.read(text.getBytes(StandardCharsets.UTF_8), JsonNode.class);
  }

  private static RuleCondition condition(String text) {
    return RuleCondition.of(json(text));
  }

  private static Instant at(int seconds) {
    return NOON.plusSeconds(seconds);
  }

  private static RuleState measured(RuleState state, RuleCondition condition, int at, String t) {
    return state.measured(condition, at(at), json("{\"t\":" + t + "}"));
  }

  @Test
  void firesAboveAndEndsBelowTheValueToClearAt() {
    // Given
    RuleCondition hot =
        condition(
            "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">\",\"value\":80,\"clearAt\":75}");

    // When
    RuleState normal = measured(RuleState.NONE, hot, 0, "80");
    RuleState fired = measured(normal, hot, 1, "80.5");
    RuleState still = measured(fired, hot, 2, "76");
    RuleState ended = measured(still, hot, 3, "75");

    // Then
    assertThat(normal).isEqualTo(RuleState.NONE);
    assertThat(fired.firing()).isTrue();
    assertThat(fired.changedAt()).contains(at(1));
    assertThat(fired.value()).contains("80.5");
    assertThat(still).isEqualTo(fired);
    assertThat(ended.firing()).isFalse();
    assertThat(ended.changedAt()).contains(at(3));
  }

  @Test
  void firesOnlyWhenTheConditionHoldsForLongEnough() {
    // Given
    RuleCondition hot =
        condition(
            "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">\",\"value\":80,\"for\":\"1m\"}");

    // When
    RuleState began = measured(RuleState.NONE, hot, 0, "81");
    RuleState interrupted = measured(began, hot, 30, "79");
    RuleState again = measured(interrupted, hot, 40, "90");
    RuleState waiting = measured(again, hot, 99, "91");
    RuleState fired = measured(waiting, hot, 100, "92");

    // Then
    assertThat(began.dueAt()).contains(at(60));
    assertThat(interrupted.dueAt()).isEmpty();
    assertThat(again.dueAt()).contains(at(100));
    assertThat(waiting).isEqualTo(again);
    assertThat(fired.firing()).isTrue();
    assertThat(fired.changedAt()).contains(at(100));
    assertThat(fired.value()).contains("90");
    assertThat(fired.dueAt()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ">   | 1      | 1       | false",
        ">=  | 1      | 1       | true",
        "<   | 1      | 0.5     | true",
        "<=  | 1      | 2       | false",
        "=   | 1      | 1.0     | true",
        "!=  | 1      | 1.0     | false",
        "=   | \"on\" | \"on\"  | true",
        "!=  | \"on\" | \"off\" | true",
        "=   | true   | false   | false",
        "=   | \"1\"  | 1       | false",
        "!=  | \"1\"  | 1       | false",
        ">   | 1      | \"2\"   | false"
      })
  void comparesOnlyWhatIsOfOneKind(String operator, String value, String measured, boolean fires) {
    // Given
    RuleCondition rule =
        condition(
            "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\"%s\",\"value\":%s}"
                .formatted(operator, value));

    // When
    RuleState after = measured(RuleState.NONE, rule, 0, measured);

    // Then
    assertThat(after.firing()).isEqualTo(fires);
  }

  @Test
  void putsAbsenceOffWithoutWritingEachMeasurement() {
    // Given
    RuleCondition silent = condition("{\"kind\":\"absence\",\"key\":\"t\",\"for\":\"100s\"}");

    // When
    RuleState first = measured(RuleState.NONE, silent, 0, "1");
    RuleState soon = measured(first, silent, 10, "1");
    RuleState later = measured(soon, silent, 11, "1");
    RuleState other = later.measured(silent, at(50), json("{\"u\":1}"));
    RuleState back =
        measured(
            new RuleState(
                true,
                Optional.of(at(121)),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty()),
            silent,
            200,
            "1");

    // Then
    assertThat(first.dueAt()).contains(at(110));
    assertThat(soon).isEqualTo(first);
    assertThat(later.dueAt()).contains(at(121));
    assertThat(other).isEqualTo(later);
    assertThat(back.firing()).isFalse();
    assertThat(back.changedAt()).contains(at(200));
  }

  @Test
  void waitsForADeviceThatIsOffline() {
    // Given
    RuleCondition gone = condition("{\"kind\":\"offline\",\"for\":\"1m\"}");

    // When
    RuleState waiting = RuleState.NONE.seen(gone, false, at(0), List.of());
    RuleState again = waiting.seen(gone, false, at(0), List.of());
    RuleState back = waiting.seen(gone, true, at(30), List.of());

    // Then
    assertThat(waiting.dueAt()).contains(at(60));
    assertThat(again).isEqualTo(waiting);
    assertThat(back.dueAt()).isEmpty();
    assertThat(back.firing()).isFalse();
  }

  @Test
  void firesForTooManySessionsUntilTheyLieBack() {
    // Given
    RuleCondition flapping = condition("{\"kind\":\"flapping\",\"sessions\":3,\"within\":\"1m\"}");
    List<Instant> opened = Stream.of(0, 40, 90, 100, 120).map(RuleStateTest::at).toList();

    // When
    RuleState calm = RuleState.NONE.seen(flapping, true, at(90), opened.subList(0, 3));
    RuleState fired = calm.seen(flapping, true, at(100), opened.subList(0, 4));
    RuleState more = fired.seen(flapping, false, at(121), opened);

    // Then
    assertThat(calm).isEqualTo(RuleState.NONE);
    assertThat(fired.firing()).isTrue();
    assertThat(fired.changedAt()).contains(at(100));
    assertThat(fired.dueAt()).contains(at(100));
    assertThat(fired.dueFiring()).isFalse();
    assertThat(more.dueAt()).contains(at(150));
    assertThat(more.changedAt()).contains(at(100));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kind\":\"threshold\",\"key\":\"t\",\"value\":1}",
        "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">\",\"value\":\"a\"}",
        "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">\",\"value\":1,\"clearAt\":2}",
        "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\"=\",\"value\":1,\"clearAt\":1}",
        "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">\",\"value\":1,\"sessions\":2}",
        "{\"kind\":\"absence\",\"key\":\"t\"}",
        "{\"kind\":\"absence\",\"for\":\"31d\"}",
        "{\"kind\":\"offline\",\"for\":\"1m\",\"key\":\"t\"}",
        "{\"kind\":\"flapping\",\"within\":\"1m\"}",
        "{\"kind\":\"flapping\",\"sessions\":2}"
      })
  void refusesWhatDoesNotGoTogether(String document) {
    assertThatThrownBy(() -> condition(document)).isInstanceOf(ProblemException.class);
  }

  @Test
  void fillsPlacesOfATextOnce() {
    // When
    String text = RuleText.fill("{name} ({device}): {key} is {value} {x}", "p", "{key}", "t", "9");

    // Then
    assertThat(text).isEqualTo("{key} (p): t is 9 {x}");
  }
}
