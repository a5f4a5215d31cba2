package dev.fairlead.bus.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusAdmin.LogBounds;
import org.junit.jupiter.api.Test;

class LaneTest {

  private static final LogBounds LOG = new LogBounds(10, 100);

  private final Lane lane = new Lane();

  @Test
  void tellsOfGapAtItsPlace() {
    // When
    boolean gapBefore = lane.place(9, LOG.start());
    boolean gapAt = lane.place(10, LOG.start());

    // Then
    assertThat(gapBefore).isTrue();
    assertThat(gapAt).isFalse();
  }

  @Test
  void tellsOfGapOnce() {
    // Given
    lane.place(10, LOG.start());
    lane.lose(Long.MAX_VALUE);

    // When
    boolean gap = lane.place(9, LOG.start());

    // Then
    assertThat(gap).isFalse();
    assertThat(lane.place(9, LOG.start())).isTrue();
  }

  @Test
  void takesTheLogForAnotherFromWhereItWasCutUntilItIsPlacedAgain() {
    // Given
    lane.place(60, LOG.start());

    // When
    lane.lose(50);

    // Then
    assertThat(lane.isPlaced()).isFalse();
    assertThat(lane.valid(LOG)).isEqualTo(new LogBounds(10, 50));
    lane.place(10, LOG.start());
    assertThat(lane.valid(LOG)).isEqualTo(LOG);
  }

  @Test
  void commitsEachPlaceOnce() {
    // Given
    boolean unplaced = lane.claimCommit();
    lane.place(10, LOG.start());

    // When
    boolean first = lane.claimCommit();
    boolean second = lane.claimCommit();
    lane.end(11);

    // Then
    assertThat(unplaced).isFalse();
    assertThat(first).isTrue();
    assertThat(second).isFalse();
    assertThat(lane.claimCommit()).isTrue();
  }

  @Test
  void wakesOnceAndOnlyFromTheRestItIsIn() {
    // Given
    lane.place(10, LOG.start());
    long first = lane.rest();
    long second = lane.rest();

    // Then
    assertThat(lane.wake(first)).isFalse();
    assertThat(lane.wake(second)).isTrue();
    assertThat(lane.wake(second)).isFalse();
  }

  @Test
  void isNotWokenWhenItIsPlacedAnewOrAtWorkOrElsewhere() {
    // Given
    lane.place(10, LOG.start());

    // When
    long unplaced = lane.rest();
    lane.unplace();
    lane.place(10, LOG.start());

    // Then
    assertThat(lane.wake(unplaced)).isFalse();

    // When
    long working = lane.rest();
    lane.begin(0);

    // Then
    assertThat(lane.wake(working)).isFalse();

    // When
    long elsewhere = lane.rest();
    lane.revoke();

    // Then
    assertThat(lane.wake(elsewhere)).isFalse();
  }
}
