package dev.fairlead.registry.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.registry.subdevice.Spoken;
import dev.fairlead.runtime.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SamplesTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Samples.Plan PLAN =
      new Samples.Plan(Duration.ofMinutes(5), Duration.ofDays(7), () -> NOON);

  private final Samples samples = new Samples(more -> {});
  private LatestValues latest = LatestValues.NONE;

  private int measure(Instant at, String json) {
    return measure(at, json, Samples.INTERVALS_MAX);
  }

  private int measure(Instant at, String json, int intervalsMax) {
    ObjectNode values = Json.read(json.getBytes(StandardCharsets.UTF_8), ObjectNode.class);
    Measurements measured =
        new Measurements(
            new Spoken(DeviceKey.of("default", "d1"), Optional.empty()),
            new Epoch(1, 1),
            values,
            true,
            at,
            NOON);
    LatestValues after = latest.after(measured).after();
    int dropped = samples.take(PLAN, measured, latest, after, intervalsMax);
    latest = after;
    return dropped;
  }

  private String of(String time) {
    return String.valueOf(samples.byInterval().get(Instant.parse(time)));
  }

  @Test
  void takesTheFirstNumberOfEachKeyInAnInterval() {
    // When
    measure(NOON.minusSeconds(600), "{\"t\":1,\"name\":\"x\",\"on\":true}");
    measure(NOON.minusSeconds(599), "{\"t\":2,\"u\":3}");
    measure(NOON.minusSeconds(300), "{\"t\":4}");

    // Then
    assertThat(of("2026-01-01T11:50:00Z")).isEqualTo("{\"t\":1,\"u\":3}");
    assertThat(of("2026-01-01T11:55:00Z")).isEqualTo("{\"t\":4}");
    assertThat(samples.byInterval()).hasSize(2);
  }

  @Test
  void knowsByTheLatestValuesWhatWasSampledBefore() {
    // Given
    measure(NOON.minusSeconds(299), "{\"t\":1}");
    samples.byInterval().clear();

    // When
    measure(NOON.minusSeconds(298), "{\"t\":2}");

    // Then
    assertThat(samples.isEmpty()).isTrue();
  }

  @Test
  void dropsWhatIsTooOldOrAheadOfTime() {
    // When
    int old = measure(NOON.minus(Duration.ofDays(7)).minusMillis(1), "{\"t\":1}");
    int kept = measure(NOON.minus(Duration.ofDays(7)), "{\"u\":1}");
    int ahead = measure(NOON.plus(Samples.AHEAD_MAX).plusMillis(1), "{\"v\":1,\"w\":2}");

    // Then
    assertThat(old).isOne();
    assertThat(kept).isZero();
    assertThat(ahead).isEqualTo(2);
    assertThat(samples.byInterval()).hasSize(1);
  }

  @Test
  void takesSoManyIntervalsAndNoMore() {
    // When
    int first = measure(NOON.minusSeconds(3000), "{\"t\":1}", 1);
    int second = measure(NOON.minusSeconds(2000), "{\"t\":1}", 1);
    int sameAsFirst = measure(NOON.minusSeconds(3000), "{\"u\":1}", 1);

    // Then
    assertThat(first).isZero();
    assertThat(second).isOne();
    assertThat(sameAsFirst).isZero();
    assertThat(samples.byInterval()).hasSize(1);
  }
}
