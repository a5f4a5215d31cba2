package dev.fairlead.registry.alert;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.runtime.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAlertsTest {

  private static final String RAISED =
      "{\"code\":\"%s\",\"severity\":\"warning\",\"text\":\"Too hot\",\"state\":\"raised\"}";

  private static AlertChange change(String json, long millis) {
    return AlertChange.of(
        Json.read(json.getBytes(StandardCharsets.UTF_8), ObjectNode.class),
        Instant.ofEpochMilli(millis),
        "alert-" + millis);
  }

  @Test
  void opensAndClosesAlertsByTheirCodes() {
    // Given
    OpenAlerts open = OpenAlerts.NONE.after(change(RAISED.formatted("hot"), 1)).orElseThrow();

    // When
    OpenAlerts after =
        open.after(change("{\"code\":\"hot\",\"state\":\"cleared\"}", 2)).orElseThrow();

    // Then
    assertThat(open.byCode()).containsOnlyKeys("hot");
    assertThat(after.byCode()).isEmpty();
    assertThat(after.ended())
        .singleElement()
        .satisfies(
            ended -> {
              assertThat(ended.alert().id()).isEqualTo("alert-1");
              assertThat(ended.at()).isEqualTo(Instant.ofEpochMilli(2));
            });
  }

  @Test
  void countsRaisingsAndKeepsTheTimeOfTheFirst() {
    // Given
    OpenAlerts open = OpenAlerts.NONE.after(change(RAISED.formatted("hot"), 1)).orElseThrow();

    // When
    OpenAlerts again = open.after(change(RAISED.formatted("hot"), 9)).orElseThrow();

    // Then
    Alert alert = requireNonNull(again.byCode().get("hot"));
    assertThat(alert.id()).isEqualTo("alert-1");
    assertThat(alert.raisedAt()).isEqualTo(Instant.ofEpochMilli(1));
    assertThat(alert.lastRaisedAt()).isEqualTo(Instant.ofEpochMilli(9));
    assertThat(alert.occurrences()).isEqualTo(2);
  }

  @Test
  void countsTheSameRaisingOnce() {
    // Given
    OpenAlerts open = OpenAlerts.NONE.after(change(RAISED.formatted("hot"), 5)).orElseThrow();

    // When
    OpenAlerts again = open.after(change(RAISED.formatted("hot"), 5)).orElseThrow();

    // Then
    assertThat(again).isEqualTo(open);
  }

  @Test
  void opensAnotherAlertAfterTheEndOfTheFirst() {
    // Given
    OpenAlerts over =
        OpenAlerts.NONE
            .after(change(RAISED.formatted("hot"), 1))
            .orElseThrow()
            .after(change("{\"code\":\"hot\",\"state\":\"cleared\"}", 2))
            .orElseThrow();

    // When
    OpenAlerts again = over.after(change(RAISED.formatted("hot"), 3)).orElseThrow();

    // Then
    assertThat(requireNonNull(again.byCode().get("hot")).id()).isEqualTo("alert-3");
    assertThat(again.ended()).hasSize(1);
  }

  @Test
  void holdsSoManyAlertsAndNoMore() {
    // Given
    OpenAlerts full = OpenAlerts.NONE;
    for (int i = 0; i < OpenAlerts.OPEN_MAX; i++) {
      full = full.after(change(RAISED.formatted("c" + i), 1)).orElseThrow();
    }

    // When
    var oneMore = full.after(change(RAISED.formatted("more"), 1));
    var again = full.after(change(RAISED.formatted("c0"), 1));

    // Then
    assertThat(oneMore).isEmpty();
    assertThat(again).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"code\":\"a\",\"state\":\"open\"}",
        "{\"code\":1,\"state\":\"cleared\"}",
        "{\"code\":\"\",\"state\":\"cleared\"}",
        "{\"code\":\"a\",\"state\":\"raised\",\"severity\":\"bad\",\"text\":\"t\"}",
        "{\"code\":\"a\",\"state\":\"raised\",\"severity\":\"info\"}"
      })
  void refusesWhatIsNoAlert(String body) {
    assertThatThrownBy(() -> change(body, 1)).isInstanceOf(MalformedRecordException.class);
  }
}
