package dev.fairlead.endtoend.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.embedded.testing.TestBackends.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A registry and a command service on a copy of a database, which read on from the offsets in it
/// what the services of the original have read, and must come to the same tables.
///
/// Nobody else is to run meanwhile: what they read must end where the original's offsets are.
public final class Replay implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int READ_AGAIN = 200;

  private final Cluster cluster;
  private final Database live;
  private final Database copy;
  private final long seed;
  private final List<ServiceJar> services = new ArrayList<>();

  /// @param live the original
  /// @param seed to be told when something differs
  public Replay(Cluster cluster, Database live, Database copy, long seed) {
    this.cluster = cluster;
    this.live = live;
    this.copy = copy;
    this.seed = seed;
  }

  /// Reads to the end, killed once on the way, and compares.
  ///
  /// @param ofRegistry the settings of the original
  /// @param ofCommand the settings of the original
  public void toTheEnd(Map<String, String> ofRegistry, Map<String, String> ofCommand) {
    List<String> before = StateTables.offsets(copy);
    assertThat(StateTables.behind(copy, live))
        .as("there is something to read for each consumer")
        .isEqualTo(StateTables.consumers(live));
    System.out.println(
        "kill loop: commands not ended in the copy: " + StateTables.unfinished(copy).size());
    Map<String, String> registry = settings(ofRegistry);
    registry.put("FAIRLEAD_GATEWAY_LOST_BEATS", "1000");
    services.add(cluster.startRegistry("replaying-registry", registry));
    services.add(cluster.startCommand("replaying-command", settings(ofCommand)));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !StateTables.offsets(copy).equals(before));
    services.forEach(ServiceJar::kill);
    services.forEach(ServiceJar::restart);
    compare("read once");
  }

  /// Reads the last records again, and compares.
  ///
  /// Sessions, values, devices and answers tell by themselves whether they are news. Events are
  /// counted, and alerts of rules follow what rules see: there a record is kept from being used
  /// again by the offset alone, which goes with the rows.
  public void partAgain() {
    close();
    StateTables.takeBack(copy, "registry", "registry-sessions", READ_AGAIN);
    StateTables.takeBack(copy, "registry", "registry-telemetry", READ_AGAIN);
    StateTables.takeBack(copy, "command", "command.devices", READ_AGAIN);
    StateTables.takeBack(copy, "command", "command.sessions", READ_AGAIN);
    StateTables.takeBack(copy, "command", "command.replies", READ_AGAIN);
    services.forEach(ServiceJar::restart);
    compare("read in part again");
  }

  private Map<String, String> settings(Map<String, String> original) {
    Map<String, String> settings = new HashMap<>(original);
    settings.put(
        "FAIRLEAD_DATABASE_URL",
        "postgresql://" + copy.host() + ":" + copy.port() + "/" + copy.database());
    return settings;
  }

  private void compare(String how) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(StateTables.behind(copy, live)).as(how).isEmpty();
              assertThat(StateTables.unsettledRules(copy)).as(how).isEmpty();
            });
    Map<String, List<String>> expected = StateTables.read(live);
    StateTables.read(copy)
        .forEach(
            (table, rows) ->
                assertThat(rows)
                    .as("%s, %s, with -Dfairlead.seed=%d", table, how, seed)
                    .isNotEmpty()
                    .isEqualTo(expected.get(table)));
    assertThat(StateTables.unfinished(copy)).as(how).isEmpty();
    assertThat(StateTables.answers(live))
        .as("answers, %s, with -Dfairlead.seed=%d", how, seed)
        .isNotEmpty()
        .containsAll(StateTables.answers(copy));
  }

  /// Ends the services in order, without waiting for their place in the groups of consumers.
  @Override
  public void close() {
    services.forEach(ServiceJar::terminate);
    services.forEach(ServiceJar::stop);
  }
}
