package dev.fairlead.registry.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.message.SessionMessage.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PresenceTest {

  private static final DeviceKey DEVICE = DeviceKey.of("default", "d1");
  private static final Place PLACE = new Place(new InboxAddress(2, "g1"), "wire", "192.0.2.1");
  private static final Epoch FIRST = new Epoch(1, 10);
  private static final Epoch SECOND = new Epoch(1, 20);

  private Presence presence = Presence.NEVER;
  private final List<Presence.Closing> closings = new ArrayList<>();
  private long millis;

  private static SessionMessage opened(String id, Epoch epoch) {
    return new SessionMessage.Opened(DEVICE, new SessionId(id), epoch, PLACE, 0);
  }

  private static SessionMessage resumed(String id, Epoch epoch) {
    return new SessionMessage.Resumed(DEVICE, new SessionId(id), epoch, PLACE, 0);
  }

  private static SessionMessage closed(String id, Epoch epoch, String reason) {
    return new SessionMessage.Closed(DEVICE, new SessionId(id), epoch, reason, 0);
  }

  private static Presence.Closing replaced(String id, Epoch epoch) {
    return new Presence.Closing(
        new LiveSession(new SessionId(id), epoch, PLACE), CloseReason.REPLACED);
  }

  private void hear(SessionMessage message) {
    millis += 1000;
    Presence.Step step = presence.after(message, Instant.ofEpochMilli(millis));
    presence = step.after();
    closings.addAll(step.closings());
  }

  private String liveSession() {
    return presence.online() ? presence.session().orElseThrow().id().value() : "none";
  }

  @Test
  void isOnlineWithTheSessionThatOpened() {
    // When
    hear(opened("a", FIRST));

    // Then
    assertThat(liveSession()).isEqualTo("a");
    assertThat(presence.since()).contains(Instant.ofEpochMilli(1000));
    assertThat(closings).isEmpty();
  }

  @Test
  void lastsThroughTheSameRecordTwice() {
    // Given
    hear(opened("a", FIRST));
    Presence once = presence;

    // When
    hear(opened("a", FIRST));

    // Then
    assertThat(presence).isEqualTo(once);
    assertThat(closings).isEmpty();
  }

  @Test
  void goesOfflineWithTheReasonOfItsSession() {
    // Given
    hear(opened("a", FIRST));

    // When
    hear(closed("a", FIRST, CloseReason.TIMED_OUT));

    // Then
    assertThat(liveSession()).isEqualTo("none");
    assertThat(presence.reason()).contains(CloseReason.TIMED_OUT);
    assertThat(presence.since()).contains(Instant.ofEpochMilli(2000));
  }

  @Test
  void staysClosedWhenTheOpeningIsReadAgain() {
    // Given
    hear(opened("a", FIRST));
    hear(closed("a", FIRST, CloseReason.CLOSED));

    // When
    hear(opened("a", FIRST));

    // Then
    assertThat(liveSession()).isEqualTo("none");
  }

  @Test
  void keepsTheFirstReasonWhenClosedTwice() {
    // Given
    hear(opened("a", FIRST));
    hear(closed("a", FIRST, CloseReason.GATEWAY_LOST));
    Presence once = presence;

    // When
    hear(closed("a", FIRST, CloseReason.CLOSED));

    // Then
    assertThat(presence).isEqualTo(once);
  }

  @Test
  void hasTheOlderSessionClosedWhenANewerOpens() {
    // Given
    hear(opened("a", FIRST));

    // When
    hear(opened("b", SECOND));

    // Then
    assertThat(liveSession()).isEqualTo("b");
    assertThat(closings).containsExactly(replaced("a", FIRST));
  }

  @Test
  void keepsTheNewerSessionWhenTheOlderIsHeardOfLate() {
    // Given
    hear(opened("b", SECOND));

    // When
    hear(opened("a", FIRST));

    // Then
    assertThat(liveSession()).isEqualTo("b");
    assertThat(closings).containsExactly(replaced("a", FIRST));
  }

  @Test
  void doesNotCloseAgainWhatIsKnownToBeClosed() {
    // Given
    hear(opened("a", FIRST));
    hear(closed("a", FIRST, CloseReason.CLOSED));
    hear(opened("b", SECOND));

    // When
    hear(opened("a", FIRST));

    // Then
    assertThat(closings).isEmpty();
  }

  @Test
  void ignoresTheEndOfAnOlderSession() {
    // Given
    hear(opened("a", FIRST));
    hear(opened("b", SECOND));

    // When
    hear(closed("a", FIRST, CloseReason.REPLACED));

    // Then
    assertThat(liveSession()).isEqualTo("b");
    assertThat(presence.history().sessions().getFirst().reason()).contains("replaced");
  }

  @Test
  void isOnlineAgainWhenALostGatewaysSessionResumes() {
    // Given
    hear(opened("a", FIRST));
    hear(closed("a", FIRST, CloseReason.GATEWAY_LOST));

    // When
    hear(resumed("a", FIRST));

    // Then
    assertThat(liveSession()).isEqualTo("a");
    assertThat(presence.reason()).isEmpty();
    assertThat(closings).isEmpty();
  }

  @Test
  void hasResumedSessionClosedWhenANewerOneWasSeen() {
    // Given
    hear(opened("a", FIRST));
    hear(closed("a", FIRST, CloseReason.GATEWAY_LOST));
    hear(opened("b", SECOND));
    hear(closed("b", SECOND, CloseReason.CLOSED));

    // When
    hear(resumed("a", FIRST));

    // Then
    assertThat(liveSession()).isEqualTo("none");
    assertThat(closings).containsExactly(replaced("a", FIRST));
  }

  @Test
  void hasResumedSessionOfUnknownPastClosedWhenANewerOneLives() {
    // Given
    hear(opened("b", SECOND));

    // When
    hear(resumed("a", FIRST));

    // Then
    assertThat(liveSession()).isEqualTo("b");
    assertThat(closings).containsExactly(replaced("a", FIRST));
  }

  @Test
  void takesTheNewestOfSessionsThatResumeAfterAllWasForgotten() {
    // Given
    presence =
        new Presence(
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of("log-restarted"),
            SessionHistory.NONE,
            Optional.empty());
    hear(resumed("a", FIRST));

    // When
    hear(resumed("b", SECOND));

    // Then
    assertThat(liveSession()).isEqualTo("b");
    assertThat(closings).containsExactly(replaced("a", FIRST));
  }

  @Test
  void doesNotTakeAnEndWithoutABeginningForTheEndOfAnother() {
    // Given
    hear(opened("a", FIRST));

    // When
    hear(closed("b", SECOND, CloseReason.CLOSED));

    // Then
    assertThat(liveSession()).isEqualTo("a");
    assertThat(closings).containsExactly(replaced("a", FIRST));
  }

  @Test
  void remembersNewestEpochOfWhichOnlyTheEndIsLeft() {
    // Given
    hear(closed("b", SECOND, CloseReason.CLOSED));

    // When
    hear(opened("a", FIRST));

    // Then
    assertThat(liveSession()).isEqualTo("none");
    assertThat(closings).containsExactly(replaced("a", FIRST));
  }

  @Test
  void comesToTheSameEndWhenAllIsReadAgain() {
    // Given
    List<SessionMessage> all =
        List.of(
            opened("a", FIRST),
            opened("b", SECOND),
            closed("a", FIRST, CloseReason.REPLACED),
            closed("b", SECOND, CloseReason.GATEWAY_LOST),
            resumed("b", SECOND));
    all.forEach(this::hear);

    // When
    all.forEach(this::hear);

    // Then
    assertThat(liveSession()).isEqualTo("b");
    assertThat(presence.history().sessions()).hasSize(2);
  }

  @Test
  void remembersTenSessionsAndNoMore() {
    // When
    for (int i = 0; i < SessionHistory.SESSIONS_MAX + 1; i++) {
      hear(opened("s" + i, new Epoch(1, i)));
    }

    // Then
    assertThat(presence.history().sessions())
        .hasSize(SessionHistory.SESSIONS_MAX)
        .extracting(PastSession::session)
        .startsWith("s1")
        .endsWith("s10");
  }

  @Test
  void doesNotGoBackInWhenItWasLastSeen() {
    // Given
    presence = Presence.NEVER.after(opened("a", FIRST), Instant.ofEpochMilli(5000)).after();

    // When
    presence =
        presence.after(closed("a", FIRST, CloseReason.CLOSED), Instant.ofEpochMilli(4000)).after();

    // Then
    assertThat(presence.lastSeenAt()).contains(Instant.ofEpochMilli(5000));
  }

  @Test
  void endsInItsHistoryWhatANewerSessionTookOver() {
    // Given
    hear(opened("a", FIRST));

    // When
    hear(opened("b", SECOND));

    // Then
    PastSession older = presence.history().sessions().getFirst();
    assertThat(older.closedAt()).contains(Instant.ofEpochMilli(2000));
    assertThat(older.reason()).contains(CloseReason.REPLACED);
    assertThat(presence.history().sessions().getLast().closedAt()).isEmpty();
  }

  @Test
  void believesASessionAboutItsOwnEnd() {
    // Given
    hear(opened("a", FIRST));
    hear(opened("b", SECOND));

    // When
    hear(closed("a", FIRST, CloseReason.TIMED_OUT));

    // Then
    PastSession older = presence.history().sessions().getFirst();
    assertThat(older.reason()).contains(CloseReason.TIMED_OUT);
    assertThat(older.closedAt()).contains(Instant.ofEpochMilli(2000));
  }

  @Test
  void keepsItsHistoryByEpochsWhateverWasHeardFirst() {
    // Given
    hear(opened("b", SECOND));

    // When
    hear(opened("a", FIRST));

    // Then
    assertThat(presence.history().sessions())
        .extracting(PastSession::session)
        .containsExactly("a", "b");
  }

  @Test
  void remembersNoSessionAgainThatItHasForgotten() {
    // Given
    for (int i = 0; i <= SessionHistory.SESSIONS_MAX; i++) {
      hear(opened("s" + i, new Epoch(1, i)));
    }
    SessionHistory before = presence.history();

    // When
    hear(opened("s0", new Epoch(1, 0)));

    // Then
    assertThat(presence.history()).isEqualTo(before);
  }
}
