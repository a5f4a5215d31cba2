package dev.fairlead.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.limit.FlappingSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConnectPaceTest {

  private static final DeviceKey DEVICE = DeviceKey.of("default", "d");
  private static final Duration PACE = Duration.ofSeconds(20);
  private static final int DEVICES_MAX = 2;

  private long nanos = Long.MAX_VALUE - PACE.toNanos(); // which overflows meanwhile
  private final ConnectPace pace =
      new ConnectPace(new FlappingSettings(3, PACE.multipliedBy(3)), DEVICES_MAX, () -> nanos);

  private void connect(int times) {
    for (int i = 0; i < times; i++) {
      pace.connected(DEVICE);
    }
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void makesNobodyWaitWhoChangesNetworksNowAndThen() {
    for (int i = 0; i < 100; i++) {
      assertThat(pace.waitOf(DEVICE)).isEmpty();
      connect(1);
      pass(PACE);
    }
  }

  @Test
  void makesADeviceWaitThatHasUsedItsSessionsUp() {
    // Given
    connect(2);
    boolean waitedBefore = pace.waitOf(DEVICE).isPresent();

    // When
    connect(1);

    // Then
    assertThat(waitedBefore).isFalse();
    assertThat(pace.waitOf(DEVICE)).contains(PACE);
    pass(PACE.minusNanos(1));
    assertThat(pace.waitOf(DEVICE)).contains(Duration.ofNanos(1));
    pass(Duration.ofNanos(1));
    assertThat(pace.waitOf(DEVICE)).isEmpty();
  }

  @Test
  void letsADeviceInOnceInEachPartOfTheTimeWhileItGoesOn() {
    // Given
    connect(3);
    pass(PACE);

    // When
    connect(1);

    // Then
    assertThat(pace.waitOf(DEVICE)).contains(PACE);
  }

  @Test
  void makesNobodyWaitLongerThanOnePartHoweverManyCameAtOnce() {
    // When
    connect(50);

    // Then
    assertThat(pace.waitOf(DEVICE)).contains(PACE);
  }

  @Test
  void givesBackWhatADeviceCouldNotHelp() {
    // Given
    connect(3);

    // When
    pace.forgive(DEVICE);

    // Then
    assertThat(pace.waitOf(DEVICE)).isEmpty();
  }

  @Test
  void makesADeviceWaitThatFlapsElsewhere() {
    // When
    pace.flapping(DEVICE, Duration.ofHours(1));

    // Then
    assertThat(pace.waitOf(DEVICE)).contains(PACE);
  }

  @Test
  void makesADeviceWaitNoLongerThanItFlaps() {
    // When
    pace.flapping(DEVICE, Duration.ofSeconds(3));

    // Then
    assertThat(pace.waitOf(DEVICE)).contains(Duration.ofSeconds(3));
  }

  @Test
  void takesNoNoticeOfAMarkThatIsOver() {
    // When
    pace.flapping(DEVICE, Duration.ofSeconds(-1));

    // Then
    assertThat(pace.waitOf(DEVICE)).isEmpty();
    assertThat(pace.size()).isZero();
  }

  @Test
  void forgetsWhoHasAllSessionsBack() {
    // Given
    connect(1);
    pass(PACE);

    // When
    pace.sweep();

    // Then
    assertThat(pace.size()).isZero();
  }

  @Test
  void remembersNoMoreDevicesThanItMay() {
    // Given
    pace.connected(DeviceKey.of("default", "a"));
    pace.connected(DeviceKey.of("default", "b"));

    // When
    connect(3);
    pace.flapping(DEVICE, Duration.ofHours(1));

    // Then
    assertThat(pace.size()).isEqualTo(DEVICES_MAX);
    assertThat(pace.waitOf(DEVICE)).isEmpty();
  }
}
