package dev.fairlead.agent.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.outbox.Alert;
import dev.fairlead.agent.outbox.Alert.Severity;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DiskWatchTest {

  private static final String CODE = "disk-almost-full-root";
  private final DiskWatch watch = new DiskWatch(90, Set.of());

  @Test
  void raisesAtTheThresholdWithASuggestion() {
    // Given
    assertThat(watch.judge(full(899))).isEmpty();

    // When
    Alert alert = watch.judge(full(900)).orElseThrow();

    // Then
    assertThat(alert.code()).isEqualTo(CODE);
    assertThat(alert.severity()).isEqualTo(Severity.WARNING);
    assertThat(alert.text()).isEqualTo("The disk of / is 90.0 % full, 100 MiB are free.");
    assertThat(alert.suggestion()).isPresent();
    assertThat(alert.raised()).isTrue();
  }

  @Test
  void raisesOnce() {
    // Given
    watch.judge(full(900));

    // When
    Optional<Alert> again = watch.judge(full(950));

    // Then
    assertThat(again).isEmpty();
  }

  @Test
  void raisesAgainWhenItBecomesCritical() {
    // Given
    watch.judge(full(900));

    // When
    Alert alert = watch.judge(full(980)).orElseThrow();

    // Then
    assertThat(alert.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(watch.judge(full(950))).isEmpty();
  }

  @Test
  void clearsOnlyWellBelowTheThreshold() {
    // Given
    watch.judge(full(900));
    assertThat(watch.judge(full(870))).isEmpty();

    // When
    Alert alert = watch.judge(full(869)).orElseThrow();

    // Then
    assertThat(alert.code()).isEqualTo(CODE);
    assertThat(alert.raised()).isFalse();
    assertThat(watch.judge(full(869))).isEmpty();
  }

  @Test
  void saysOnceAfterARestartWhatBecameOfEarlierAlerts() {
    // Given
    DiskWatch high = new DiskWatch(90, Set.of(CODE));
    DiskWatch between = new DiskWatch(90, Set.of(CODE));
    DiskWatch low = new DiskWatch(90, Set.of(CODE));

    // When
    Optional<Alert> stillHigh = high.judge(full(950));
    Optional<Alert> stillBetween = between.judge(full(880));
    Optional<Alert> nowLow = low.judge(full(500));

    // Then
    assertThat(stillHigh).hasValueSatisfying(alert -> assertThat(alert.raised()).isTrue());
    assertThat(stillBetween).hasValueSatisfying(alert -> assertThat(alert.raised()).isTrue());
    assertThat(nowLow).hasValueSatisfying(alert -> assertThat(alert.raised()).isFalse());
    assertThat(low.judge(full(500))).isEmpty();
  }

  /// A disk of 1000 MiB, per mille full.
  private static DiskUsage full(long perMille) {
    long mebibyte = 1 << 20;
    return new DiskUsage(
        "root", "/", 1000 * mebibyte, perMille * mebibyte, (1000 - perMille) * mebibyte);
  }
}
