package dev.fairlead.command.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandEditTest {

  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(5);
  private static final Optional<String> NO_REASON = Optional.empty();

  @Test
  void countsAttemptsAndTakesALeaseWithEachSending() {
    // Given
    CommandEdit edit = new CommandEdit(head(CommandState.QUEUED, 0, Optional.empty()));

    // When
    edit.sent(NOW, "s1", "g1", LATER, NO_REASON);
    edit.sent(NOW, "s2", "g2", LATER.plusSeconds(1), Optional.of("the session was lost"));

    // Then
    assertThat(edit.after().attempt()).isEqualTo(2);
    assertThat(edit.after().session()).contains("s2");
    assertThat(edit.after().leaseUntil()).contains(LATER.plusSeconds(1));
    assertThat(edit.entries())
        .extracting(HistoryEntry::state, HistoryEntry::attempt, entry -> entry.gateway().orElse(""))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(CommandState.SENT, 1, "g1"),
            org.assertj.core.groups.Tuple.tuple(CommandState.SENT, 2, "g2"));
  }

  @Test
  void endsTheLeaseOnASignFromTheSessionItWasSentTo() {
    // Given
    CommandEdit edit = new CommandEdit(head(CommandState.DELIVERED, 2, Optional.of(LATER)));

    // When
    edit.replied(new CommandEvent.Delivered(), NOW, "s1", NO_REASON, Optional.empty());

    // Then
    assertThat(edit.after().leaseUntil()).isEmpty();
    assertThat(edit.isChanged()).isTrue();
    assertThat(edit.entries()).isEmpty();
  }

  @Test
  void keepsTheLeaseOnASignFromAnotherSession() {
    // Given
    CommandEdit edit = new CommandEdit(head(CommandState.SENT, 2, Optional.of(LATER)));

    // When
    edit.replied(new CommandEvent.Delivered(), NOW, "older", NO_REASON, Optional.empty());

    // Then
    assertThat(edit.after().state()).isEqualTo(CommandState.DELIVERED);
    assertThat(edit.after().leaseUntil()).contains(LATER);
    assertThat(edit.entries().getFirst().gateway()).isEmpty();
  }

  @Test
  void keepsTheFirstResultOnly() {
    // Given
    CommandEdit edit = new CommandEdit(head(CommandState.RUNNING, 1, Optional.empty()));
    CommandResult first = result(Outcome.SUCCEEDED);
    CommandResult second = result(Outcome.FAILED);

    // When
    edit.replied(
        new CommandEvent.Ended(Outcome.SUCCEEDED), NOW, "s1", NO_REASON, Optional.of(first));
    edit.replied(new CommandEvent.Ended(Outcome.FAILED), NOW, "s1", NO_REASON, Optional.of(second));

    // Then
    assertThat(edit.isEnding()).isTrue();
    assertThat(edit.result()).contains(first);
    assertThat(edit.after().state()).isEqualTo(CommandState.SUCCEEDED);
    assertThat(edit.entries()).extracting(HistoryEntry::late).containsExactly(false, true);
  }

  @Test
  void keepsSixteenLateRepliesAndNotOneMore() {
    // Given
    CommandEdit edit = new CommandEdit(head(CommandState.EXPIRED, 1, Optional.empty()));

    // When
    for (int reply = 0; reply < CommandEdit.LATE_MAX + 1; reply++) {
      edit.replied(
          new CommandEvent.Progressed(Optional.empty()), NOW, "s1", NO_REASON, Optional.empty());
    }

    // Then
    assertThat(edit.entries()).hasSize(16).allMatch(HistoryEntry::late);
    assertThat(edit.after().late()).isEqualTo(16);
    assertThat(edit.after().state()).isEqualTo(CommandState.EXPIRED);
  }

  @Test
  void changesNothingAfterTheEnd() {
    // Given
    CommandEdit edit = new CommandEdit(head(CommandState.CANCELLED, 1, Optional.empty()));

    // When
    edit.sent(NOW, "s2", "g2", LATER, NO_REASON);
    edit.ended(new CommandEvent.Expired(), NOW, "the deadline has passed");

    // Then
    assertThat(edit.isChanged()).isFalse();
    assertThat(edit.after()).isEqualTo(edit.before());
  }

  @Test
  void cutsLongReasons() {
    // Given
    CommandEdit edit = new CommandEdit(head(CommandState.SENT, 1, Optional.empty()));

    // When
    edit.replied(
        new CommandEvent.Progressed(Optional.empty()),
        NOW,
        "s1",
        Optional.of("x".repeat(1001)),
        Optional.empty());

    // Then
    assertThat(edit.entries().getFirst().reason().orElseThrow()).hasSize(1000);
  }

  private static CommandResult result(Outcome outcome) {
    return new CommandResult(outcome, Optional.empty(), Optional.empty());
  }

  private static CommandHead head(CommandState state, int attempt, Optional<Instant> lease) {
    Optional<String> session = attempt == 0 ? Optional.empty() : Optional.of("s1");
    return new CommandHead(
        CommandId.random(),
        DeviceKey.of("default", "pump"),
        state,
        attempt,
        session,
        session.map(_ -> "g1"),
        lease,
        0);
  }
}
