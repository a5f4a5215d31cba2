package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.endtoend.harness.EdgeCluster;
import dev.fairlead.endtoend.harness.EdgeDevices;
import dev.fairlead.endtoend.harness.EdgeDevices.Session;
import dev.fairlead.endtoend.harness.Haproxy;
import dev.fairlead.endtoend.harness.TestDevice;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What tunnels that say nothing cost Debian's HAProxy: 2,000 through two of them, and 10,000 where
/// `fairlead.soak` is set; two, since a process here may open 20,000 files.
@Tag("slow")
@EnabledIf("dev.fairlead.endtoend.harness.Haproxy#canRun")
class HaproxyMemoryIT {

  private static final int DEVICES = Boolean.getBoolean("fairlead.soak") ? 10_000 : 2_000;
  private static final int CONNECTING_AT_ONCE = 64;

  @TempDir private static Path directory;

  private static EdgeCluster world;
  private static List<TestDevice> devices;

  @BeforeAll
  static void start() {
    world = new EdgeCluster(directory);
    devices = world.cluster().devices("idle-", DEVICES);
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  @ParameterizedTest
  @CsvSource({
    "ENDS_TLS, " + EdgeCluster.APP + ", 25000",
    "PASSES_TLS_ON, " + EdgeCluster.DEVICES + ", 8000"
  })
  void idleTunnelsStandAndTheirMemoryIsKnown(Haproxy.Shape shape, String name, long bytesMax)
      throws InterruptedException {
    // Given
    try (Haproxy first = world.edge(shape);
        Haproxy second = world.edge(shape);
        EdgeDevices fleet =
            new EdgeDevices(world.trust(), world.names(), UnaryOperator.identity())) {
      long before = first.residentBytes() + second.residentBytes();
      long heapBefore = world.liveHeapBytes();

      // When
      List<Session> sessions = connect(fleet, List.of(first, second), name);

      // Then
      long each = (first.residentBytes() + second.residentBytes() - before) / DEVICES;
      System.out.println(
          "%s: a tunnel takes %d bytes of HAProxy's resident memory and %d of a gateway's heap"
              .formatted(shape, each, (world.liveHeapBytes() - heapBefore) / DEVICES));
      assertThat(sessions).allMatch(Session::isOpen);
      assertThat(first.tunnels(shape.devices())).isEqualTo(DEVICES / 2);
      assertThat(second.tunnels(shape.devices())).isEqualTo(DEVICES / 2);
      assertThat(each).isPositive().isLessThan(bytesMax);
    }
  }

  private static List<Session> connect(EdgeDevices fleet, List<Haproxy> edges, String name)
      throws InterruptedException {
    Semaphore connecting = new Semaphore(CONNECTING_AT_ONCE);
    List<Future<Session>> all = new ArrayList<>();
    for (TestDevice device : devices) {
      connecting.acquire();
      all.add(
          fleet
              .connect(
                  name, edges.get(all.size() % edges.size()).tlsPort(), Optional.of(device.token()))
              .onComplete(done -> connecting.release()));
    }
    return all.stream().map(EdgeDevices::joined).toList();
  }
}
