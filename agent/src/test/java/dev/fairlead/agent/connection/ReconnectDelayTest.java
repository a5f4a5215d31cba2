package dev.fairlead.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReconnectDelayTest {

  private static final Ending LOST = new Ending.Lost("cut");
  private static final Ending REPLACED = new Ending.Replaced("closed 4001");
  private static final Ending REFUSED = new Ending.Refused("answered 401");

  @Test
  void doublesItsBoundUpToTheCap() {
    // Given
    List<ReconnectDelay> devices = devices();

    // When
    List<Duration> longest = IntStream.range(0, 10).mapToObj(_ -> longest(devices, LOST)).toList();

    // Then
    assertThat(longest.get(0)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(1));
    assertThat(longest.get(3)).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(8));
    assertThat(longest.get(6)).isBetween(Duration.ofSeconds(55), Duration.ofSeconds(60));
    assertThat(longest.get(9)).isBetween(Duration.ofSeconds(55), Duration.ofSeconds(60));
  }

  @Test
  void keepsToACapOfItsOwn() {
    // Given
    ReconnectDelay delay = new ReconnectDelay(new Random(1), Duration.ofSeconds(2));

    // When
    List<Duration> waits =
        Stream.of(LOST, REPLACED, REFUSED)
            .flatMap(end -> Stream.generate(() -> delay.next(end, Duration.ZERO)).limit(100))
            .toList();

    // Then
    assertThat(waits).allMatch(wait -> wait.compareTo(Duration.ofSeconds(2)) < 0);
  }

  @Test
  void drawsFromTheWholeRange() {
    // Given
    List<ReconnectDelay> devices = devices();
    IntStream.range(0, 6).forEach(_ -> longest(devices, LOST));

    // When
    List<Duration> waits = waits(devices, LOST, Duration.ZERO);

    // Then
    assertThat(waits).anyMatch(wait -> wait.compareTo(Duration.ofSeconds(3)) < 0);
    assertThat(waits.stream().mapToLong(Duration::toMillis).average().orElseThrow())
        .isBetween(27_000.0, 33_000.0);
  }

  @Test
  void startsAnewAfterAStableConnection() {
    // Given
    List<ReconnectDelay> devices = devices();
    IntStream.range(0, 6).forEach(_ -> longest(devices, LOST));

    // When
    List<Duration> waits = waits(devices, LOST, ReconnectDelay.STABLE);

    // Then
    assertThat(waits).allMatch(wait -> wait.compareTo(ReconnectDelay.BASE) < 0);
  }

  @Test
  void growsOnAfterAConnectionThatSoonBroke() {
    // Given
    List<ReconnectDelay> devices = devices();
    IntStream.range(0, 6).forEach(_ -> longest(devices, LOST));

    // When
    List<Duration> waits = waits(devices, LOST, ReconnectDelay.STABLE.minusMillis(1));

    // Then
    assertThat(waits).anyMatch(wait -> wait.compareTo(Duration.ofSeconds(50)) > 0);
  }

  @Test
  void waitsAtLeastAsLongAsTheGatewayAsks() {
    // Given
    Ending drain = new Ending.Later("closed 1012", Optional.of(Duration.ofSeconds(20)));

    // When
    List<Duration> waits = waits(devices(), drain, Duration.ZERO);

    // Then
    assertThat(waits)
        .allMatch(wait -> wait.compareTo(Duration.ofSeconds(20)) >= 0)
        .allMatch(wait -> wait.compareTo(Duration.ofSeconds(21)) < 0);
  }

  @Test
  void letsNoGatewaySendItAwayForLong() {
    // Given
    Ending drain = new Ending.Later("closed 1012", Optional.of(Duration.ofDays(10_000)));

    // When
    List<Duration> waits = waits(devices(), drain, Duration.ZERO);

    // Then
    assertThat(waits).allMatch(wait -> wait.compareTo(ReconnectDelay.LATER_CAP.plusSeconds(1)) < 0);
  }

  @Test
  void leavesTheSessionToTheCopyThatReplacedIt() {
    // Given
    List<ReconnectDelay> devices = devices();

    // When
    List<Duration> first = waits(devices, REPLACED, Duration.ofSeconds(30));
    IntStream.range(0, 5).forEach(_ -> longest(devices, REPLACED));
    List<Duration> last = waits(devices, REPLACED, Duration.ofMinutes(10));

    // Then
    assertThat(first).allMatch(wait -> wait.compareTo(Duration.ofSeconds(30)) >= 0);
    assertThat(last)
        .allMatch(wait -> wait.compareTo(ReconnectDelay.REPLACED_CAP.dividedBy(2)) >= 0)
        .allMatch(wait -> wait.compareTo(ReconnectDelay.REPLACED_CAP) < 0);
  }

  @Test
  void triesSlowlyWithACredentialThatIsRefused() {
    // Given
    List<ReconnectDelay> devices = devices();

    // When
    List<Duration> waits =
        Stream.of(1, 2, 3).flatMap(_ -> waits(devices, REFUSED, Duration.ZERO).stream()).toList();

    // Then
    assertThat(waits)
        .allMatch(wait -> wait.compareTo(Duration.ofSeconds(30)) >= 0)
        .allMatch(wait -> wait.compareTo(ReconnectDelay.CAP) < 0);
  }

  private static List<ReconnectDelay> devices() {
    return IntStream.range(0, 500).mapToObj(seed -> new ReconnectDelay(new Random(seed))).toList();
  }

  private static List<Duration> waits(
      List<ReconnectDelay> devices, Ending ending, Duration lasted) {
    return devices.stream().map(delay -> delay.next(ending, lasted)).toList();
  }

  private static Duration longest(List<ReconnectDelay> devices, Ending ending) {
    return waits(devices, ending, Duration.ZERO).stream().max(Duration::compareTo).orElseThrow();
  }
}
