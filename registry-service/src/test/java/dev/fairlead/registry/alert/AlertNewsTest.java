package dev.fairlead.registry.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.change.Change;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlertNewsTest {

  private static final DeviceKey DEVICE = DeviceKey.of("default", "d");

  private static Alert raised(String id, Severity severity, long second) {
    return Alert.raised(
        id, "hot", severity, "Too hot", Optional.empty(), Instant.ofEpochSecond(second));
  }

  private static OpenAlerts after(OpenAlerts before, AlertChange... changes) {
    OpenAlerts open = before;
    for (AlertChange change : changes) {
      open = open.after(change).orElseThrow();
    }
    return open;
  }

  private static List<String> kinds(OpenAlerts before, OpenAlerts after) {
    return AlertNews.between(DEVICE, before, after).stream()
        .map(change -> change.kind().word())
        .toList();
  }

  @Test
  void tellsOfOneThatCameAndWentInOneBatch() {
    // When
    OpenAlerts after =
        after(
            OpenAlerts.NONE,
            new AlertChange.Raised(raised("1", Severity.WARNING, 1)),
            new AlertChange.Cleared("hot", Instant.ofEpochSecond(2)));

    // Then
    List<Change> news = AlertNews.between(DEVICE, OpenAlerts.NONE, after);
    assertThat(news)
        .extracting(change -> change.kind().word())
        .containsExactly("alert.raised", "alert.cleared");
    assertThat(news.getLast().at()).isEqualTo(Instant.ofEpochSecond(2));
    assertThat(news.getLast().data().path("id").asText()).isEqualTo("1");
    assertThat(news.getLast().data().path("reason").asText()).isEqualTo("cleared");
  }

  @Test
  void tellsNothingOfOneThatIsRaisedAgainAsItWas() {
    // Given
    OpenAlerts before = new OpenAlerts(Map.of("hot", raised("1", Severity.WARNING, 1)));

    // Then
    assertThat(
            kinds(before, after(before, new AlertChange.Raised(raised("2", Severity.WARNING, 9)))))
        .isEmpty();
    assertThat(
            kinds(before, after(before, new AlertChange.Raised(raised("2", Severity.CRITICAL, 9)))))
        .containsExactly("alert.raised");
  }

  @Test
  void tellsTheEndBeforeTheNextBeginning() {
    // Given
    OpenAlerts before = new OpenAlerts(Map.of("hot", raised("1", Severity.WARNING, 1)));

    // When
    OpenAlerts after =
        after(
            before,
            new AlertChange.Cleared("hot", Instant.ofEpochSecond(2)),
            new AlertChange.Raised(raised("2", Severity.WARNING, 3)));

    // Then
    assertThat(kinds(before, after)).containsExactly("alert.cleared", "alert.raised");
  }
}
