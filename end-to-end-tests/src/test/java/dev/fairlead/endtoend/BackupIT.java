package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `docs/backup.md` says of a base backup of PostgreSQL: with it and the master key the system
/// comes back, with an empty bus and with the one that was there.
@Tag("slow")
class BackupIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String DEVICES = "/api/v1/devices/";
  private static final int EVENTS = 20;

  @TempDir private Path directory;

  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = new Cluster(directory);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static void connect(TestDevice device, ServiceJar gateway) throws Exception {
    device.connect(gateway.httpPort()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /// A device that is connected and whose word has arrived in the database.
  private TestDevice connected(String id) throws Exception {
    TestDevice device = cluster.device(id);
    connect(device, cluster.gatewayA());
    say(device, 1);
    return device;
  }

  /// Returns when the word is acknowledged and shown.
  private void say(TestDevice device, int word) {
    device.status("word-" + word, "{\"word\":" + word + "}");
    await().atMost(PATIENCE).until(() -> !device.hasUnacknowledged());
    awaitWord(device.id(), word);
  }

  private void awaitWord(String device, int word) {
    await()
        .atMost(PATIENCE)
        .until(() -> twin(device).path("reported").path("document").path("word").asInt() == word);
  }

  private JsonNode twin(String device) {
    return cluster.api().get(cluster.registry().httpPort(), DEVICES + device + "/twin").body();
  }

  private void desire(String device, String document) {
    Api.Answer answer =
        cluster
            .api()
            .put(cluster.registry().httpPort(), DEVICES + device + "/twin/desired", document);
    assertThat(answer.status()).isEqualTo(200);
  }

  private String send(String device, String query) {
    return cluster.send(device, "ping", query).body().path("id").asText();
  }

  private JsonNode command(String id) {
    return cluster.commandDocument(id).body();
  }

  private Path backup() {
    Path backup = directory.resolve("backup");
    cluster.postgres().backup(backup);
    return backup;
  }

  private static void restart(List<ServiceJar> services) {
    services.forEach(ServiceJar::restart);
    services.forEach(ServiceJar::awaitReady);
  }

  @Test
  void comesBackFromABackupWhenDatabaseAndBusAreLost() throws Exception {
    // Given
    TestDevice worker = connected("worker");
    JsonNode done = command(send("worker", "?wait=30s"));
    assertThat(done.path("state").asText()).isEqualTo("succeeded");
    TestDevice sleeper = cluster.device("sleeper");
    desire("sleeper", "{\"target\":21}");
    String waiting = send("sleeper", "");
    Path backup = backup();
    cluster.device("made-later");

    // When
    cluster.services().forEach(ServiceJar::kill);
    cluster.kafka().restartWithNothing();
    cluster.postgres().restore(backup);
    restart(cluster.services());

    // Then
    assertThat(cluster.deviceDocument("made-later").status()).isEqualTo(404);
    assertThat(twin("worker").path("reported").path("document").path("word").asInt()).isOne();
    assertThat(command(done.path("id").asText())).isEqualTo(done);
    assertThat(command(waiting).path("state").asText()).isEqualTo("queued");
    await().atMost(PATIENCE).until(() -> !cluster.isOnline("worker"));
    assertThat(Files.readString(directory.resolve("registry.log")))
        .contains("the log of sessions began anew");

    connect(sleeper, cluster.gatewayB());
    await()
        .atMost(PATIENCE)
        .until(() -> command(waiting).path("state").asText().equals("succeeded"));
    assertThat(command(waiting).path("history"))
        .extracting(step -> step.path("state").asText())
        .containsOnlyOnce("sent", "delivered", "succeeded");
    assertThat(sleeper.run()).containsExactly(waiting);
    await()
        .atMost(PATIENCE)
        .until(() -> twin("sleeper").path("desired").path("inSync").asBoolean());
    assertThat(sleeper.twin().document().path("target").asInt()).isEqualTo(21);

    connect(worker, cluster.gatewayA());
    await().atMost(PATIENCE).until(() -> cluster.isOnline("worker"));
    say(worker, 2);
    JsonNode another = command(send("worker", "?wait=30s"));
    assertThat(another.path("state").asText()).isEqualTo("succeeded");
    assertThat(worker.run()).containsExactly(done.path("id").asText(), another.path("id").asText());
  }

  @Test
  void losesNothingAcknowledgedWhenTheDatabaseAloneIsRestored() throws Exception {
    // Given
    TestDevice worker = connected("worker");
    TestDevice revoked = cluster.device("revoked");
    connect(revoked, cluster.gatewayA());
    Path backup = backup();
    for (int word = 2; word <= EVENTS; word++) {
      say(worker, word);
    }
    Api.Answer revocation =
        cluster.api().delete(cluster.registry().httpPort(), DEVICES + "revoked/credentials");
    assertThat(revocation.status()).isEqualTo(204);
    assertThat(revoked.closed().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(4002);

    // When
    List<ServiceJar> stateful = List.of(cluster.registry(), cluster.command());
    stateful.forEach(ServiceJar::kill);
    cluster.postgres().restore(backup);
    restart(stateful);

    // Then
    awaitWord("worker", EVENTS);
    assertThat(worker.closed()).isNotDone();
    await().atMost(PATIENCE).until(() -> cluster.isOnline("worker"));
    assertThat(command(send("worker", "?wait=30s")).path("state").asText()).isEqualTo("succeeded");
    assertThatThrownBy(() -> connect(revoked, cluster.gatewayB())).hasStackTraceContaining("401");
  }
}
