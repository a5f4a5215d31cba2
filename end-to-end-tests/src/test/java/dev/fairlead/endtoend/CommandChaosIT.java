package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.endtoend.chaos.Chaos;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commands for a thousand agents while gateways, services, the broker and the database are killed
/// and frozen at instants of a seed, connections are cut and agents crash. Whatever happens, each
/// command comes to one end, is run once at the most, and in order where that was asked for. For a
/// minute, and for ten with 100,000 commands where `fairlead.soak` is set; the same faults again
/// with `fairlead.seed`.
@Tag("slow")
class CommandChaosIT {

  private static final boolean SOAK = Boolean.getBoolean("fairlead.soak");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Chaos.Size SIZE =
      SOAK
          ? new Chaos.Size(
              1_000,
              100_000,
              Duration.ofMinutes(10),
              Duration.ofMinutes(30),
              Duration.ofSeconds(15))
          : new Chaos.Size(1_000, 10_000, MINUTE, MINUTE, Duration.ofSeconds(8));

  private final long seed = Long.getLong("fairlead.seed", System.nanoTime());

  @TempDir private Path directory;

  private Cluster cluster;

  @BeforeEach
  void start() {
    // Devices that come back after a kill are let in at once.
    cluster =
        new Cluster(
            directory,
            ServiceJar.Tuning.QUICK_START,
            Map.of(),
            Map.of(),
            Map.of("FAIRLEAD_FLAPPING_WITHIN", "10ms"));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void everyCommandEndsOnceAndRunsOnceWhateverIsKilled() throws Exception {
    // Given
    try (Chaos chaos = new Chaos(cluster, directory, SIZE, seed)) {

      // When
      chaos.run();

      // Then
      List<String> violations = chaos.violations();
      chaos.report().forEach(System.out::println);
      assertThat(violations).as("with -Dfairlead.seed=%d", seed).isEmpty();
      assertThat(chaos.accepted()).isGreaterThanOrEqualTo(SIZE.commands() / (SOAK ? 1 : 10));
    }
  }
}
