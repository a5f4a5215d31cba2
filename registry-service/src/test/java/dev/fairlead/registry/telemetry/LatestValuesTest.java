package dev.fairlead.registry.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.registry.subdevice.Spoken;
import dev.fairlead.runtime.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LatestValuesTest {

  private static final DeviceKey DEVICE = DeviceKey.of("default", "d1");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final LatestValues NONE = LatestValues.NONE;

  private static Measurements measured(long epoch, String json) {
    return measured(epoch, json, NOON);
  }

  private static Measurements measured(long epoch, String json, Instant at) {
    ObjectNode values = Json.read(json.getBytes(StandardCharsets.UTF_8), ObjectNode.class);
    return new Measurements(
        new Spoken(DEVICE, Optional.empty()), new Epoch(1, epoch), values, true, at, NOON);
  }

  @Test
  void keepsTheLatestOfEachKey() {
    // Given
    LatestValues before = NONE.after(measured(1, "{\"a\":1,\"b\":\"x\"}")).after();

    // When
    LatestValues after = before.after(measured(1, "{\"a\":2}")).after();

    // Then
    assertThat(after.json().at("/a/value").asInt()).isEqualTo(2);
    assertThat(after.json().at("/b/value").asText()).isEqualTo("x");
    assertThat(after.json().at("/a/at").asText()).isEqualTo("2026-01-01T12:00:00Z");
  }

  @Test
  void keepsWhatWasMeasuredLater() {
    // Given
    LatestValues before = NONE.after(measured(1, "{\"a\":1}")).after();

    // When
    LatestValues.Step step = before.after(measured(1, "{\"a\":2,\"b\":3}", NOON.minusSeconds(60)));

    // Then
    assertThat(step.after().json().at("/a/value").asInt()).isEqualTo(1);
    assertThat(step.after().json().at("/b/at").asText()).isEqualTo("2026-01-01T11:59:00Z");
    assertThat(step.refused()).isZero();
  }

  @Test
  void believesNoClockThatIsFarAhead() {
    // When
    LatestValues after = NONE.after(measured(1, "{\"a\":1}", NOON.plusSeconds(3600))).after();

    // Then
    assertThat(after.json().at("/a/at").asText()).isEqualTo("2026-01-01T12:00:00Z");
  }

  @Test
  void countsWhatItDoesNotShow() {
    // When
    LatestValues.Step step = NONE.after(measured(1, "{\"a\":null,\"b\":{},\"c\":[],\"d\":true}"));

    // Then
    assertThat(step.refused()).isEqualTo(3);
    assertThat(step.after().metrics().size()).isOne();
  }

  @Test
  void refusesRecordOfAnOlderSession() {
    // Given
    LatestValues before = NONE.after(measured(2, "{\"a\":1}")).after();

    // When
    LatestValues.Step step = before.after(measured(1, "{\"a\":2}"));

    // Then
    assertThat(step.after()).isEqualTo(before);
    assertThat(step.refused()).isOne();
  }

  @Test
  void keepsSoManyKeysAndNoMore() {
    // Given
    LatestValues full = NONE;
    for (int i = 0; i < LatestValues.KEYS_MAX; i++) {
      full = full.after(measured(1, "{\"k" + i + "\":1}")).after();
    }

    // When
    LatestValues.Step oneMore = full.after(measured(1, "{\"more\":1,\"k0\":2}"));

    // Then
    assertThat(oneMore.refused()).isOne();
    assertThat(oneMore.after().metrics().size()).isEqualTo(LatestValues.KEYS_MAX);
    assertThat(oneMore.after().json().at("/k0/value").asInt()).isEqualTo(2);
  }

  @Test
  void readsWhatItWrote() {
    // Given
    LatestValues written = NONE.after(measured(1, "{\"a\":1.5,\"b\":\"x\",\"c\":true}")).after();

    // When
    var read = LatestValues.metrics(written.json());

    // Then
    assertThat(read).isEqualTo(written.metrics());
  }
}
