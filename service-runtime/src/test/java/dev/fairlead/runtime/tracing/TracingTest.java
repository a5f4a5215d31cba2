package dev.fairlead.runtime.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.settings.SettingsException;
import dev.fairlead.runtime.tracing.TraceSpan.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TracingTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final Optional<TraceContext> SAMPLED =
      TraceContext.parse("00-" + TRACE + "-b7ad6b7169203331-01", "a=1");
  private static final Optional<TraceContext> UNSAMPLED =
      TraceContext.parse("00-" + TRACE + "-b7ad6b7169203331-00", "a=1");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private HttpServer collector;
  private volatile int status = 200;

  @BeforeEach
  void start() throws IOException {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, -1);
          }
        });
    collector.start();
  }

  @AfterEach
  void stop() {
    collector.stop(0);
  }

  private Tracing tracing(double ratio) {
    return Tracing.of(
        new TracingSettings(
            Optional.of(
                URI.create("http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces")),
            ratio),
        "test",
        meters);
  }

  private double count(String outcome) {
    return meters.get("tracing.spans").tag("outcome", outcome).counter().count();
  }

  @Test
  void isOffWithoutASetting() {
    // When
    Tracing tracing = Tracing.of(TracingSettings.from(Settings.of(Map.of())), "test", meters);

    // Then
    assertThat(tracing).isSameAs(Tracing.OFF);
    assertThat(tracing.start(Kind.SERVER, "a", SAMPLED)).isSameAs(TraceSpan.NONE);
    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void recordsWhatItsParentRecordsAndHandsItsOwnIdOn() {
    // Given
    Tracing tracing = tracing(0);

    // When
    TraceSpan span = tracing.start(Kind.SERVER, "a", SAMPLED);
    span.end();
    tracing.close().await();

    // Then
    TraceContext context = span.context().orElseThrow();
    assertThat(context.traceId()).isEqualTo(TRACE);
    assertThat(context.spanId()).isNotEqualTo(SAMPLED.orElseThrow().spanId());
    assertThat(context.isSampled()).isTrue();
    assertThat(context.state()).isEqualTo("a=1");
    assertThat(count("exported")).isEqualTo(1);
  }

  @Test
  void handsOnAsItCameWhatIsNotRecorded() {
    // Given
    Tracing tracing = tracing(1);

    // When
    TraceSpan span = tracing.start(Kind.SERVER, "a", UNSAMPLED);
    span.with("b", "c").failed("d").end();
    tracing.close().await();

    // Then
    assertThat(span.context()).isEqualTo(UNSAMPLED);
    assertThat(count("exported")).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1000"})
  void beginsAsManyTracesAsTheRatioSays(double ratio, int expected) {
    // Given
    Tracing tracing = tracing(ratio);

    // When
    IntStream.range(0, 1_000)
        .forEach(_ -> tracing.start(Kind.PRODUCER, "a", Optional.empty()).end());
    tracing.close().await();

    // Then
    assertThat(count("exported")).isEqualTo(expected);
  }

  @Test
  void followsNothingWhereNothingCame() {
    // Given
    Tracing tracing = tracing(1);

    // When
    TraceSpan span = tracing.follow(Kind.CONSUMER, "a", Optional.empty());

    // Then
    assertThat(span).isSameAs(TraceSpan.NONE);
    tracing.close().await();
  }

  @Test
  void countsWhatIsNotTaken() {
    // Given
    status = 500;
    Tracing tracing = tracing(1);

    // When
    tracing.start(Kind.SERVER, "a", Optional.empty()).end();

    // Then
    await().until(() -> count("failed") == 1);
    tracing.close().await();
  }

  @Test
  void dropsAndCountsWhatThereIsNoRoomForAndStopsInTimeWhereNobodyIsThere() throws Exception {
    // Given
    collector.stop(0);
    int spans = 10 * SpanExport.SPANS_MAX;
    Tracing tracing = tracing(1);

    // When
    IntStream.range(0, spans).forEach(_ -> tracing.start(Kind.SERVER, "a", Optional.empty()).end());
    tracing.close().await(Duration.ofSeconds(20).toMillis(), TimeUnit.MILLISECONDS);

    // Then
    assertThat(count("dropped")).isPositive();
    assertThat(count("failed") + count("dropped")).isEqualTo(spans);
  }

  @ParameterizedTest
  @CsvSource({
    "TRACING_ENDPOINT, collector:4318",
    "TRACING_ENDPOINT, ftp://collector/v1/traces",
    "TRACING_RATIO, 1.1",
    "TRACING_RATIO, -0.1",
    "TRACING_RATIO, NaN",
    "TRACING_RATIO, half"
  })
  void refusesSettingsThatAreNone(String name, String value) {
    // Given
    Settings settings = Settings.of(Map.of("FAIRLEAD_" + name, value));

    // When
    TracingSettings.from(settings);

    // Then
    assertThatThrownBy(settings::finish)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("FAIRLEAD_" + name);
  }

  @Test
  void readsSettings() {
    // When
    TracingSettings settings =
        TracingSettings.from(
            Settings.of(
                Map.of(
                    "FAIRLEAD_TRACING_ENDPOINT", "https://c.example/v1/traces",
                    "FAIRLEAD_TRACING_RATIO", "0.5")));

    // Then
    assertThat(settings)
        .isEqualTo(
            new TracingSettings(Optional.of(URI.create("https://c.example/v1/traces")), 0.5));
  }
}
