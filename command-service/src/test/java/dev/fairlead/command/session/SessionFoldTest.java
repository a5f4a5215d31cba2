package dev.fairlead.command.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.SessionMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionFoldTest {

  private static final DeviceKey HOUSE = DeviceKey.of("acme", "house");
  private static final DeviceKey VALVE = DeviceKey.of("acme", "valve");
  private static final InboxAddress ADDRESS = InboxAddress.parse("3:g1");
  private static final SessionMessage.Place PLACE =
      new SessionMessage.Place(ADDRESS, "fairlead.v1.json", "127.0.0.1");

  private static SessionMessage opened(DeviceKey device, long offset) {
    return new SessionMessage.Opened(device, session(offset), new Epoch(1, offset), PLACE, 0);
  }

  private static SessionMessage resumed(DeviceKey device, long offset) {
    return new SessionMessage.Resumed(device, session(offset), new Epoch(1, offset), PLACE, 0);
  }

  private static SessionMessage closed(DeviceKey device, long offset) {
    return new SessionMessage.Closed(device, session(offset), new Epoch(1, offset), "closed", 0);
  }

  private static SessionId session(long offset) {
    return new SessionId("s" + offset);
  }

  private static DeviceQueue row(Optional<DeviceKey> parent, DeviceKey device, long offset) {
    return new DeviceQueue(parent, live(parent.orElse(device), offset), 1, offset, true);
  }

  private static Optional<LiveSession> live(DeviceKey holder, long offset) {
    return Optional.of(new LiveSession(holder, session(offset), ADDRESS));
  }

  @Test
  void makesARowForADeviceThatConnectsAndNoneForOneThatIsGone() {
    // When
    Map<DeviceKey, DeviceQueue> connected = SessionFold.of(List.of(opened(HOUSE, 5)), Map.of());
    Map<DeviceKey, DeviceQueue> gone = SessionFold.of(List.of(closed(HOUSE, 5)), Map.of());

    // Then
    assertThat(connected)
        .containsExactly(
            Map.entry(HOUSE, new DeviceQueue(Optional.empty(), live(HOUSE, 5), 1, 5, false)));
    assertThat(gone).isEmpty();
  }

  @Test
  void heedsTheNewestEpochInWhateverOrderAndHoweverOftenItIsTold() {
    // Given
    Map<DeviceKey, DeviceQueue> locked = Map.of(HOUSE, row(Optional.empty(), HOUSE, 5));

    // Then
    assertThat(
            SessionFold.of(
                List.of(opened(HOUSE, 7), closed(HOUSE, 5), opened(HOUSE, 7), resumed(HOUSE, 6)),
                locked))
        .containsExactly(Map.entry(HOUSE, row(Optional.empty(), HOUSE, 7)));
    assertThat(SessionFold.of(List.of(opened(HOUSE, 5), resumed(HOUSE, 4)), locked)).isEmpty();
  }

  @Test
  void letsASessionThatWasClosedLiveOnUnderItsEpoch() {
    // Given
    Map<DeviceKey, DeviceQueue> locked = Map.of(HOUSE, row(Optional.empty(), HOUSE, 5));

    // When
    Map<DeviceKey, DeviceQueue> rows =
        SessionFold.of(List.of(closed(HOUSE, 5), resumed(HOUSE, 5)), locked);

    // Then
    assertThat(rows).containsExactly(Map.entry(HOUSE, row(Optional.empty(), HOUSE, 5)));
  }

  @Test
  void takesSubDevicesAlongAndHeedsNoSessionsOfTheirOwn() {
    // Given
    Map<DeviceKey, DeviceQueue> locked =
        Map.of(HOUSE, row(Optional.empty(), HOUSE, 5), VALVE, row(Optional.of(HOUSE), VALVE, 5));

    // Then
    assertThat(SessionFold.of(List.of(opened(HOUSE, 7), opened(VALVE, 8)), locked))
        .containsExactly(
            Map.entry(HOUSE, row(Optional.empty(), HOUSE, 7)),
            Map.entry(VALVE, row(Optional.of(HOUSE), VALVE, 7)));
    assertThat(SessionFold.of(List.of(opened(VALVE, 8)), locked)).isEmpty();
  }
}
