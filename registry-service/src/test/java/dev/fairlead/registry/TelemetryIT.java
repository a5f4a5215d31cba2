package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.registry.telemetry.TelemetrySettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TelemetryIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(40);

  private static RegistryFixture registry;
  private static Instant hour;

  @BeforeAll
  static void start() {
    hour = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(3));
    registry = new RegistryFixture();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static BusRecord measured(String device, long epoch, Instant at, String body) {
    return new DeviceMessage(
            DeviceMessage.Type.TELEMETRY,
            DeviceKey.of("default", device),
            new SessionId("s"),
            new Epoch(1, epoch),
            at.toEpochMilli(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Headers.JSON,
            body.getBytes(StandardCharsets.UTF_8))
        .toRecord();
  }

  /// A device that was made a week ago.
  private static void device(RegistryFixture where, String id) {
    where.createDevice(id);
    where.column(
        "update device set created_at = now() - interval '7 days' where id = '"
            + id
            + "' returning id");
  }

  private static JsonObject latest(RegistryFixture where, String device) {
    return json(where.request(HttpMethod.GET, "/api/v1/devices/" + device + "/telemetry"));
  }

  private static void awaitLatest(RegistryFixture where, String device, String key, int value) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                latest(where, device)
                    .getJsonObject("values")
                    .getJsonObject(key, new JsonObject())
                    .getInteger("value", Integer.MIN_VALUE)
                    .equals(value));
  }

  private static JsonObject history(String device, String query) {
    return json(
        registry.request(
            HttpMethod.GET, "/api/v1/devices/" + device + "/telemetry/history?key=t" + query));
  }

  private static JsonArray hour(String device) {
    return history(device, "&from=" + hour + "&to=" + hour.plus(1, ChronoUnit.HOURS) + "&points=2")
        .getJsonArray("points");
  }

  @Test
  void showsTheLatestValuesWithTheirTime() {
    // Given
    registry.createDevice("meter");

    // When
    registry.send(measured("meter", 1, hour, "{\"t\":7,\"on\":true}"));
    awaitLatest(registry, "meter", "t", 7);

    // Then
    JsonObject shown = latest(registry, "meter");
    assertThat(shown.getJsonObject("values").getJsonObject("on"))
        .isEqualTo(new JsonObject().put("value", true).put("at", hour.toString()));
    assertThat(Instant.parse(shown.getString("asOf"))).isAfter(hour);
    assertThat(shown).isEqualTo(registry.device("meter").getJsonObject("telemetry"));
  }

  @Test
  void keepsOneSampleOfAKeyInAnIntervalHoweverOftenRecordsCome() {
    // Given
    device(registry, "charted");
    BusRecord[] records = {
      measured("charted", 1, hour, "{\"t\":1}"),
      measured("charted", 1, hour.plusSeconds(60), "{\"t\":100,\"u\":5}"),
      measured("charted", 1, hour.plusSeconds(600), "{\"t\":3}"),
      measured("charted", 1, hour.plusSeconds(2400), "{\"t\":-4.5}")
    };

    // When
    for (int round = 0; round < 2; round++) {
      for (BusRecord record : records) {
        registry.send(record);
      }
      registry.send(measured("charted", 1, hour.plusSeconds(3600), "{\"round\":" + round + "}"));
      awaitLatest(registry, "charted", "round", round);
    }

    // Then
    JsonArray points = hour("charted");
    assertThat(points)
        .containsExactly(
            new JsonObject()
                .put("at", hour.toString())
                .put("min", 1.0)
                .put("avg", 2.0)
                .put("max", 3.0)
                .put("samples", 2),
            new JsonObject()
                .put("at", hour.plusSeconds(1800).toString())
                .put("min", -4.5)
                .put("avg", -4.5)
                .put("max", -4.5)
                .put("samples", 1));
    assertThat(
            registry.column(
                "select metrics::text from telemetry_history where device_id = 'charted'"
                    + " order by at"))
        .contains("{\"t\": 1, \"u\": 5}");
  }

  @Test
  void hasNoMorePointsThanAreAskedFor() {
    // Given
    device(registry, "dense");
    for (int minute = 0; minute < 120; minute += 5) {
      registry.send(measured("dense", 1, hour.plusSeconds(minute * 60L), "{\"t\":" + minute + "}"));
    }
    registry.send(measured("dense", 1, hour, "{\"last\":1}"));
    awaitLatest(registry, "dense", "last", 1);

    // When
    JsonArray points =
        history(
                "dense",
                "&from=" + hour.minusSeconds(1) + "&to=" + hour.plusSeconds(7201) + "&points=7")
            .getJsonArray("points");
    JsonObject byDefault = history("dense", "");

    // Then
    assertThat(points).hasSize(7);
    assertThat(points.stream().mapToInt(point -> ((JsonObject) point).getInteger("samples")).sum())
        .isEqualTo(24);
    assertThat(byDefault.getJsonArray("points")).hasSizeBetween(12, 300);
    assertThat(byDefault.getInteger("sampleSeconds")).isEqualTo(300);
  }

  @ParameterizedTest
  @CsvSource({
    "key=t&from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z, 400",
    "key=t&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00.001Z, 400",
    "key=t&from=yesterday, 400",
    "key=t&points=0, 400",
    "key=t&points=1001, 400",
    "key=t&points=1000, 200",
    "key=t&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z, 200",
    "key=, 400",
    "points=5, 400"
  })
  void refusesWhatIsNoRange(String query, int status) {
    // Given
    registry.createDevice("ranged");

    // When
    var answer =
        registry.request(HttpMethod.GET, "/api/v1/devices/ranged/telemetry/history?" + query);

    // Then
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  @Test
  void knowsNothingOfADeviceThatIsNot() {
    // When
    var latest = registry.request(HttpMethod.GET, "/api/v1/devices/nobody/telemetry");
    var history =
        registry.request(HttpMethod.GET, "/api/v1/devices/nobody/telemetry/history?key=t");

    // Then
    assertThat(latest.statusCode()).isEqualTo(404);
    assertThat(history.statusCode()).isEqualTo(404);
  }

  @Test
  void showsNothingThatADeviceOfTheSameIdMeasuredBefore() {
    // Given
    device(registry, "reborn");
    registry.send(measured("reborn", 1, hour, "{\"t\":1}"));
    awaitLatest(registry, "reborn", "t", 1);
    registry.request(HttpMethod.DELETE, "/api/v1/devices/reborn");

    // When
    registry.createDevice("reborn");

    // Then
    assertThat(hour("reborn")).isEmpty();
    assertThat(latest(registry, "reborn").getJsonObject("values")).isEmpty();
  }

  @Test
  void writesADeviceOncePerSpanWhenTheBudgetIsShort() {
    try (RegistryFixture poor =
        new RegistryFixture(
            config ->
                config.withTelemetry(
                    new TelemetrySettings(20, 1 << 20, Duration.ZERO, Duration.ofDays(1))))) {
      // Given
      for (int device = 0; device < 10; device++) {
        poor.createDevice("d" + device);
      }

      // When
      for (int record = 0; record < 300; record++) {
        for (int device = 0; device < 10; device++) {
          poor.sendLater(measured("d" + device, 1, hour, "{\"n\":" + record + "}"));
        }
      }
      for (int device = 0; device < 10; device++) {
        poor.send(measured("d" + device, 1, hour, "{\"n\":300}"));
      }
      long begun = System.nanoTime();
      for (int device = 0; device < 10; device++) {
        awaitLatest(poor, "d" + device, "n", 300);
      }

      // Then
      double seconds = (System.nanoTime() - begun) / 1e9;
      assertThat(
              poor.meters()
                  .counter("bus.consumed", "topic", "telemetry", "group", "registry-telemetry")
                  .count())
          .isGreaterThanOrEqualTo(3010);
      assertThat(poor.meters().counter("registry.telemetry.rows").count())
          .isLessThanOrEqualTo(20 * seconds + 100);
      assertThat(poor.column("select count(*)::text from telemetry_history")).containsExactly("0");
    }
  }

  @Test
  void readsAgainWhatWasNotWrittenWhenItStopped() {
    try (RegistryFixture poor =
        new RegistryFixture(
            config ->
                config.withTelemetry(
                    new TelemetrySettings(
                        1, 1 << 20, Duration.ofMinutes(1), Duration.ofDays(1))))) {
      // Given
      device(poor, "late");
      poor.send(measured("late", 1, hour, "{\"n\":1}"));
      awaitLatest(poor, "late", "n", 1);
      poor.send(measured("late", 1, hour.plusSeconds(60), "{\"n\":2}"));
      poor.send(measured("late", 1, hour.plusSeconds(120), "{\"n\":3}"));

      // When
      poor.stop();
      poor.start(config -> config);

      // Then
      awaitLatest(poor, "late", "n", 3);
      assertThat(
              poor.column(
                  "select string_agg(metrics ->> 'n', ',' order by at) from telemetry_history"))
          .containsExactly("1,2,3");
    }
  }

  @Test
  void losesNothingWhenAnotherRegistryComesAndGoes() {
    try (RegistryFixture poor =
        new RegistryFixture(
            config ->
                config.withTelemetry(
                    new TelemetrySettings(
                        20, 1 << 20, Duration.ofMinutes(1), Duration.ofDays(1))))) {
      // Given
      for (int device = 0; device < 10; device++) {
        device(poor, "m" + device);
      }
      RegistryService another =
          new RegistryService(poor.vertx(), poor.config(), new SimpleMeterRegistry());
      long sending =
          poor.vertx()
              .setPeriodic(
                  10,
                  id -> {
                    for (int device = 0; device < 10; device++) {
                      poor.sendLater(measured("m" + device, 1, hour, "{\"n\":1}"));
                    }
                  });

      // When
      await(another.start());
      poor.send(measured("m0", 1, hour, "{\"during\":1}"));
      awaitLatest(poor, "m0", "during", 1);
      await(another.stop());
      poor.vertx().cancelTimer(sending);
      for (int device = 0; device < 10; device++) {
        poor.send(measured("m" + device, 1, hour.plusSeconds(60), "{\"n\":2}"));
      }

      // Then
      for (int device = 0; device < 10; device++) {
        awaitLatest(poor, "m" + device, "n", 2);
      }
      assertThat(
              poor.column(
                  "select distinct string_agg(metrics ->> 'n', ',' order by at)"
                      + " from telemetry_history group by device_id"))
          .containsExactly("1,2");
    }
  }

  @Test
  void emptiesDaysThatAreOver() {
    // Given
    int old = Math.floorMod(Instant.now().getEpochSecond() / 86_400 - 12, 34);
    registry.column(
        "insert into telemetry_history values (%d, 'default', 'gone', now() - interval '12 days', '{}') returning tenant"
            .formatted(old));
    registry.stop();

    // When
    registry.start(config -> config);

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                registry
                    .column("select device_id from telemetry_history where device_id = 'gone'")
                    .isEmpty());
  }
}
