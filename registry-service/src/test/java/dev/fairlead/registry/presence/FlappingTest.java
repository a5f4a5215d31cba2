package dev.fairlead.registry.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.message.SessionMessage.Place;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FlappingTest {

  private static final DeviceKey DEVICE = DeviceKey.of("default", "d1");
  private static final Place PLACE = new Place(new InboxAddress(2, "g1"), "wire", "192.0.2.1");
  private static final FlappingSettings THREE_IN_A_MINUTE =
      new FlappingSettings(3, Duration.ofMinutes(1));

  private Presence presence = Presence.NEVER;
  private int sessions;

  private static Instant at(int second) {
    return Instant.ofEpochSecond(second);
  }

  private void hear(SessionMessage message, int second) {
    presence = presence.after(message, at(second)).after().judged(THREE_IN_A_MINUTE);
  }

  private void open(int second) {
    sessions++;
    hear(
        new SessionMessage.Opened(
            DEVICE, new SessionId("s" + sessions), new Epoch(1, sessions), PLACE, 0),
        second);
  }

  private void close(String reason, int second) {
    hear(
        new SessionMessage.Closed(
            DEVICE, new SessionId("s" + sessions), new Epoch(1, sessions), reason, 0),
        second);
  }

  @Test
  void beginsWithTheSessionThatIsOneTooMany() {
    // Given
    open(10);
    open(20);
    boolean before = presence.isFlapping(at(20));

    // When
    open(70);

    // Then
    assertThat(before).isFalse();
    assertThat(presence.flapping()).contains(new Flapping(at(70), at(70)));
    assertThat(presence.isFlapping(at(69))).isTrue();
  }

  @Test
  void endsByItselfWhenTheFirstOfThemIsLongEnoughAgo() {
    // Given
    open(10);
    open(20);

    // When
    open(30);

    // Then
    assertThat(presence.isFlapping(at(69))).isTrue();
    assertThat(presence.isFlapping(at(70))).isFalse();
  }

  @Test
  void isNothingForADeviceThatComesNowAndThen() {
    // When
    for (int i = 0; i < 20; i++) {
      open(31 * i);
    }

    // Then
    assertThat(presence.flapping()).isEmpty();
  }

  @Test
  void goesOnWhileSessionsKeepComing() {
    // Given
    open(10);
    open(20);
    open(30);

    // When
    open(60);

    // Then
    assertThat(presence.flapping()).contains(new Flapping(at(30), at(80)));
  }

  @Test
  void beginsAnewAfterItWasOver() {
    // Given
    open(10);
    open(20);
    open(30);

    // When
    open(200);
    open(210);
    open(220);

    // Then
    assertThat(presence.flapping()).contains(new Flapping(at(220), at(260)));
  }

  @Test
  void countsNoSessionsThatEndedWithoutTheDevicesDoing() {
    // When
    for (int i = 0; i < 5; i++) {
      open(i);
      close(CloseReason.DRAINED, i);
    }

    // Then
    assertThat(presence.flapping()).isEmpty();
  }

  @Test
  void countsASessionOnceHoweverOftenItIsReadOfIt() {
    // Given
    open(10);
    open(20);
    SessionMessage again =
        new SessionMessage.Opened(DEVICE, new SessionId("s1"), new Epoch(1, 1), PLACE, 0);

    // When
    hear(again, 10);
    hear(again, 10);

    // Then
    assertThat(presence.flapping()).isEmpty();
  }
}
