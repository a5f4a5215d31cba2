package dev.fairlead.registry.gatewaywatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GatewayWatchTest {

  private static final int BEATS = 3;
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private Instant now = Instant.EPOCH;
  private final GatewayWatch watch = new GatewayWatch(BEATS, PATIENCE, now);

  /// One interval in which all is well on our side.
  private Set<String> beat() {
    pass(INTERVAL);
    assertThat(watch.tick(now)).as("a beat may begin").isTrue();
    long sequence = watch.begin(now);
    watch.accepted(sequence);
    return watch.readBack(sequence, now);
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  @Test
  void declaresSilentGatewayLostAfterEnoughBeats() {
    // Given
    watch.heard("g1");
    beat();
    beat();

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).containsExactly("g1");
    assertThat(watch.watched()).isZero();
  }

  @Test
  void keepsGatewayThatBeatsJustInTime() {
    // Given
    watch.heard("g1");
    beat();
    beat();
    watch.heard("g1");
    beat();

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).isEmpty();
  }

  @Test
  void declaresOnlyTheSilentOne() {
    // Given
    watch.heard("silent");
    for (int i = 1; i < BEATS; i++) {
      watch.heard("lively");
      beat();
    }
    watch.heard("lively");

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).containsExactly("silent");
  }

  @Test
  void declaresGatewayThatWasNeverHeardButHasSessions() {
    // Given
    watch.watch(Set.of("ghost"));
    beat();
    beat();

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).containsExactly("ghost");
  }

  @Test
  void doesNotBeginAnewWhenSessionsAreLookedUpAgain() {
    // Given
    watch.watch(Set.of("ghost"));
    beat();
    beat();
    watch.watch(Set.of("ghost"));

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).containsExactly("ghost");
  }

  @Test
  void forgetsGatewayThatStoppedInOrder() {
    // Given
    watch.heard("g1");
    beat();
    beat();
    watch.gone("g1");

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).isEmpty();
    assertThat(watch.watched()).isZero();
  }

  @Test
  void endsSessionsLeftByGatewayThatStopped() {
    // Given
    watch.heard("g1");
    watch.gone("g1");
    watch.watch(Set.of("g1"));
    beat();
    beat();

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).containsExactly("g1");
  }

  @Test
  void sendsNoBeatWhileOneIsUnderWay() {
    // Given
    watch.begin(now);

    // When
    boolean mayBegin = watch.tick(now.plus(INTERVAL));

    // Then
    assertThat(mayBegin).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> watch.begin(now));
  }

  @Test
  void countsNothingWhileBrokerIsFrozen() {
    // Given
    watch.heard("g1");
    beat();
    beat();
    long sequence = watch.begin(now);
    for (int i = 0; i < 60; i++) {
      pass(INTERVAL);
      assertThat(watch.tick(now)).isFalse();
    }
    watch.accepted(sequence);

    // When
    Set<String> lost = watch.readBack(sequence, now);

    // Then
    assertThat(lost).isEmpty();
    assertThat(beat()).isEmpty();
    assertThat(beat()).isEmpty();
    assertThat(beat()).as("silent from then on").containsExactly("g1");
  }

  @Test
  void countsNothingWhileThisProcessWasFrozen() {
    // Given
    watch.heard("g1");
    beat();
    beat();
    long sequence = watch.begin(now);
    watch.accepted(sequence);
    pass(Duration.ofMinutes(5));

    // When
    Set<String> lost = watch.readBack(sequence, now);

    // Then
    assertThat(lost).isEmpty();
    assertThat(beat()).isEmpty();
    assertThat(beat()).isEmpty();
  }

  @Test
  void countsNothingAfterThisProcessWasFrozenBetweenBeats() {
    // Given
    watch.heard("g1");
    beat();
    beat();
    pass(Duration.ofMinutes(5));

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).isEmpty();
    assertThat(beat()).isEmpty();
  }

  @Test
  void keepsGatewayThatWasFrozenTogetherWithTheBrokerAndBeatsAgain() {
    // Given
    watch.heard("g1");
    beat();
    beat();
    long sequence = watch.begin(now);
    pass(Duration.ofMinutes(1));
    watch.tick(now);
    watch.readBack(sequence, now);
    watch.heard("g1");
    beat();
    beat();
    watch.heard("g1");

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).isEmpty();
  }

  @Test
  void declaresFrozenGatewayLostAndWatchesItAgainWhenItWakes() {
    // Given
    watch.heard("frozen");
    beat();
    beat();
    assertThat(beat()).containsExactly("frozen");

    // When
    watch.heard("frozen");

    // Then
    assertThat(watch.watched()).isOne();
    assertThat(beat()).isEmpty();
  }

  @Test
  void beginsAnewWhenPostgresDoesNotCommit() {
    // Given
    watch.heard("g1");
    beat();
    beat();
    pass(INTERVAL);
    watch.tick(now);
    watch.failed(watch.begin(now));

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).isEmpty();
    assertThat(beat()).isEmpty();
    assertThat(beat()).containsExactly("g1");
  }

  @Test
  void beginsAnewWhenRecordsOfTheLogWereMissed() {
    // Given
    watch.heard("g1");
    beat();
    beat();
    watch.gap();

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).isEmpty();
  }

  @Test
  void doesNotCountBeatDuringWhichSomethingFailed() {
    // Given
    watch.heard("g1");
    long sequence = watch.begin(now);
    watch.gap();
    watch.readBack(sequence, now);
    beat();

    // When
    Set<String> lost = beat();

    // Then
    assertThat(lost).isEmpty();
    assertThat(beat()).containsExactly("g1");
  }

  @Test
  void countsBeatOnceHoweverOftenItIsRead() {
    // Given
    watch.heard("g1");
    pass(INTERVAL);
    long sequence = watch.begin(now);
    watch.readBack(sequence, now);
    watch.readBack(sequence, now);

    // When
    Set<String> lost = watch.readBack(sequence, now);

    // Then
    assertThat(lost).isEmpty();
    assertThat(beat()).isEmpty();
    assertThat(beat()).containsExactly("g1");
  }

  @Test
  void givesUpBeatThatTheBusTookAndNeverShowed() {
    // Given
    watch.accepted(watch.begin(now));
    pass(PATIENCE.plusMillis(1));

    // When
    boolean mayBegin = watch.tick(now);

    // Then
    assertThat(mayBegin).isTrue();
  }

  @Test
  void waitsOnForBeatThatTheBusHasNotTaken() {
    // Given
    watch.begin(now);
    pass(Duration.ofHours(1));

    // When
    boolean mayBegin = watch.tick(now);

    // Then
    assertThat(mayBegin).isFalse();
  }

  @Test
  void countsBeatThatTakesAllThePatienceThereIs() {
    // Given
    watch.heard("g1");
    for (int i = 1; i < BEATS; i++) {
      long sequence = watch.begin(now);
      pass(PATIENCE);
      watch.readBack(sequence, now);
      watch.tick(now);
    }
    long last = watch.begin(now);
    pass(PATIENCE);

    // When
    Set<String> lost = watch.readBack(last, now);

    // Then
    assertThat(lost).containsExactly("g1");
  }

  @Test
  void refusesToJudgeByOneBeat() {
    assertThatIllegalArgumentException().isThrownBy(() -> new GatewayWatch(1, PATIENCE, now));
  }
}
