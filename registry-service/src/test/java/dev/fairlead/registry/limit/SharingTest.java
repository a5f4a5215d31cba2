package dev.fairlead.registry.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.registry.limit.Sharing.Demand;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SharingTest {

  private static final Offset<Double> ROUNDING = within(1e-6);

  private static Demand rate(double used) {
    return new Demand(used, false, false);
  }

  private static Demand wanting(double used) {
    return new Demand(used, true, false);
  }

  private static Demand count(double used) {
    return new Demand(used, false, true);
  }

  private static double sum(Map<String, Double> shares) {
    return shares.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  @Test
  void leavesEveryoneAloneUpToHalfTheLimit() {
    assertThat(Sharing.isFree(100, Map.of("a", rate(20), "b", rate(30)))).isTrue();
    assertThat(Sharing.isFree(100, Map.of("a", rate(20), "b", rate(31)))).isFalse();
  }

  @Test
  void letsEachKeepWhatItUsesAndSplitsTheRestEvenly() {
    // When
    Map<String, Double> shares = Sharing.shares(100, Map.of("a", count(60), "b", count(0)));

    // Then
    assertThat(shares.get("a")).isEqualTo(80, ROUNDING);
    assertThat(shares.get("b")).isEqualTo(20, ROUNDING);
  }

  @Test
  void givesMoreToThoseWhoWantMore() {
    // When
    Map<String, Double> shares = Sharing.shares(100, Map.of("a", rate(70), "b", wanting(20)));

    // Then
    assertThat(shares.get("a")).isEqualTo(70 + 14.0 / 5, ROUNDING);
    assertThat(shares.get("b")).isEqualTo(16 + 14.0 * 4 / 5, ROUNDING);
  }

  @Test
  void cutsAllAlikeWhereMoreIsUsedThanThereIs() {
    // When
    Map<String, Double> shares = Sharing.shares(100, Map.of("a", rate(150), "b", rate(50)));

    // Then
    assertThat(shares.get("a")).isEqualTo(71.25 + 2.5, ROUNDING);
    assertThat(shares.get("b")).isEqualTo(23.75 + 2.5, ROUNDING);
  }

  @Test
  void hasPartOfARateForANewcomerAlsoWhereAllOfItIsUsed() {
    // When
    Map<String, Double> shares =
        Sharing.shares(100, Map.of("a", rate(100), "b", wanting(60), "newcomer", rate(0)));

    // Then
    assertThat(shares.get("newcomer")).isGreaterThan(0.8);
  }

  @Test
  void bringsThoseWhoWantMoreTogetherWhoeverWasFirst() {
    // Given
    double first = 95;
    double second = 5;

    // When
    for (int round = 0; round < 20; round++) {
      Map<String, Double> shares =
          Sharing.shares(100, Map.of("first", wanting(first), "second", wanting(second)));
      first = shares.getOrDefault("first", 0.0);
      second = shares.getOrDefault("second", 0.0);
    }

    // Then
    assertThat(first).isEqualTo(50, within(1.0));
    assertThat(second).isEqualTo(50, within(1.0));
  }

  @Test
  void neverGivesOutMoreThanThereIsAndLeavesNobodyWithLessThanNothing() {
    // Given
    Random random = new Random(7);

    for (int run = 0; run < 1_000; run++) {
      long limit = random.nextLong(1, 1_000);
      Map<String, Demand> demands = new HashMap<>();
      int processes = 1 + random.nextInt(20);
      for (int process = 0; process < processes; process++) {
        demands.put(
            "p" + process,
            new Demand(random.nextDouble() * 200, random.nextBoolean(), random.nextBoolean()));
      }

      // When
      Map<String, Double> shares = Sharing.shares(limit, demands);

      // Then
      assertThat(sum(shares)).isEqualTo((double) limit, ROUNDING);
      assertThat(shares).hasSameSizeAs(demands);
      assertThat(shares.values()).allMatch(share -> share >= 0);
    }
  }
}
