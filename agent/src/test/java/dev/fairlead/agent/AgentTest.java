package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.agent.command.Outcome;
import dev.fairlead.agent.connection.ReconnectDelay;
import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.agent.enrolment.Provisioning;
import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Command;
import dev.fairlead.protocol.Desired;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.Value;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AgentTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String SLEEP = "{\"argv\":[\"sleep\",\"60\"]}";

  @TempDir Path directory;
  private final List<Agent> agents = new ArrayList<>();
  private TestGateway gateway;

  @BeforeEach
  void startGateway() {
    gateway = new TestGateway(WireFormat.MESSAGE_PACK);
  }

  @AfterEach
  void stop() {
    agents.forEach(Agent::close);
    gateway.close();
  }

  private Agent start(Path stateDirectory, WireFormat wire) throws IOException {
    Agent agent =
        Agent.start(
            AgentConfig.of(gateway.url(), new TokenSource.Given("a.b.c"), stateDirectory)
                .withWire(wire)
                .withTelemetryInterval(Duration.ofSeconds(1))
                .withExecAlso(Set.of("sleep")));
    agents.add(agent);
    return agent;
  }

  private Agent start() throws IOException {
    return start(directory.resolve("state"), WireFormat.MESSAGE_PACK);
  }

  @ParameterizedTest
  @EnumSource
  void connectsReportsItselfAndObeys(WireFormat wire) throws IOException {
    // Given
    gateway.close();
    gateway = new TestGateway(wire);
    Agent agent = start(directory, wire);
    await().until(agent::isConnected);

    // When
    command("c-1", "ping", "[1,\"ü\"]");

    // Then
    assertThat(gateway.handshakes().getFirst().get("Authorization")).isEqualTo("Bearer a.b.c");
    assertThat(gateway.handshakes().getFirst().get("Sec-WebSocket-Protocol"))
        .isEqualTo(wire.subprotocol());
    assertThat(gateway.handshakes().getFirst().get("Fairlead-Last-Session")).isNull();
    assertThat(fields(awaitResult("c-1")))
        .containsKey("at")
        .containsEntry("pong", Value.of(true))
        .containsEntry("echo", Value.of(List.of(Value.of(1), Value.of("ü"))));
    await().until(() -> gateway.hasReceived("telemetry", AgentTest::hasMemory));
    assertThat(fields(gateway.received("status").getFirst()))
        .containsKeys("agentVersion", "hostname", "cpus")
        .containsEntry("intervalSeconds", Value.of(1));
  }

  private static boolean hasMemory(Message telemetry) {
    return fields(telemetry).containsKey("memoryUsedPercent");
  }

  @Test
  void runsAKindThatItsProgramBringsAndLeavesTheSharedClientOpen() throws IOException {
    // Given
    try (HttpClient client = HttpClient.newHttpClient()) {
      AgentParts parts =
          new AgentParts(
              Map.of("blink", (body, timeLeft) -> Outcome.succeeded(Map.of("on", Value.of(true)))),
              Optional.of(client),
              new ReconnectDelay(RandomGenerator.getDefault()));
      AgentConfig config =
          AgentConfig.of(gateway.url(), new TokenSource.Given("a.b.c"), directory.resolve("state"));
      Agent first = Agent.start(config, parts);
      await().until(first::isConnected);
      first.close();

      // When
      Agent second = Agent.start(config, parts);
      agents.add(second);
      await().until(second::isConnected);
      command("c-1", "blink", "{}");

      // Then
      assertThat(fields(awaitResult("c-1"))).containsEntry("on", Value.of(true));
      second.close();
      assertThat(client.isTerminated()).isFalse();
    }
  }

  @Test
  void connectsWithTheTokenThatTheGatewayGave() throws IOException {
    // Given
    Agent agent = start();
    await().until(agent::isConnected);

    // When
    gateway.send(Messages.credential("d.e.f"));
    await().until(() -> Files.exists(directory.resolve("state").resolve("token")));
    gateway.cut();

    // Then
    await().until(() -> gateway.handshakes().size() >= 2);
    assertThat(gateway.handshakes().get(1).get("Authorization")).isEqualTo("Bearer d.e.f");
    assertThat(gateway.received("error")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void isAsDesiredAlsoAfterARestart(WireFormat wire) throws IOException {
    // Given
    gateway.close();
    gateway = new TestGateway(wire);
    Agent first = start(directory, wire);
    await().until(first::isConnected);

    // When
    gateway.send(
        new Desired(1, OptionalLong.empty(), Body.utf8("{\"intervalSeconds\":7}")).toMessage());
    await().until(() -> gateway.hasReceived("ack", Messages.desiredAccepted(1)::equals));
    first.close();
    Agent second = start(directory, wire);
    await().until(second::isConnected);
    gateway.send(new Desired(2, OptionalLong.of(1), Body.utf8("{\"a\":[1]}")).toMessage());

    // Then
    await().until(() -> gateway.hasReceived("ack", Messages.desiredAccepted(2)::equals));
    await()
        .until(
            () ->
                gateway.hasReceived(
                    "status",
                    status ->
                        status.body().toUtf8().contains("\"config\":{\"intervalSeconds\":7")));
    assertThat(gateway.received("error")).isEmpty();
  }

  @Test
  void refusesACommandForASubDeviceAndGoesOn() throws IOException {
    // Given
    Agent agent = start();
    await().until(agent::isConnected);

    // When
    gateway.send(
        new Command("c-1", "ping", MINUTE, 1, "application/json", Body.utf8("{}"))
            .toMessage()
            .withProp(NativeProtocol.PROP_DEVICE, Value.of("valve-3")));
    command("c-2", "ping", "{}");

    // Then
    awaitResult("c-2");
    assertThat(gateway.received("error")).hasSize(1);
    assertThat(gateway.received("delivered"))
        .extracting(TestGateway::id)
        .containsExactly(Optional.of("c-2"));
    assertThat(gateway.results("c-1")).isEmpty();
  }

  @Test
  void namesItsLastSessionWhenItConnectsAgainAlsoAfterARestart() throws IOException {
    // Given
    Agent first = start();
    await().until(first::isConnected);
    gateway.cut();
    await().until(() -> gateway.handshakes().size() == 2);
    await().until(first::isConnected);
    first.close();

    // When
    start();

    // Then
    await().until(() -> gateway.handshakes().size() == 3);
    assertThat(gateway.handshakes())
        .extracting(headers -> Optional.ofNullable(headers.get("Fairlead-Last-Session")))
        .containsExactly(
            Optional.empty(),
            Optional.of("session-1@3:gateway-a"),
            Optional.of("session-2@3:gateway-a"));
  }

  @Test
  void sendsUnacknowledgedEventsAgainAfterACut() throws IOException {
    // Given
    gateway.acknowledging = false;
    start();
    await().until(() -> !gateway.received("telemetry").isEmpty());
    String status = TestGateway.id(gateway.received("status").getFirst()).orElseThrow();
    String telemetry = TestGateway.id(gateway.received("telemetry").getFirst()).orElseThrow();

    // When
    gateway.cut();

    // Then
    await().until(() -> gateway.handshakes().size() == 2);
    await().until(() -> times("status", status) == 2 && times("telemetry", telemetry) == 2);
  }

  @Test
  void doesNotSendAgainWhatIsAcknowledged() throws IOException {
    // Given
    Agent agent = start();
    await().until(agent::isConnected);
    await().until(() -> gateway.received("telemetry").size() == 2);
    String status = TestGateway.id(gateway.received("status").getFirst()).orElseThrow();

    // When
    gateway.close(NativeProtocol.CLOSE_DRAIN);

    // Then
    await().until(() -> gateway.handshakes().size() == 2);
    int before = gateway.received("telemetry").size();
    await().until(() -> gateway.received("telemetry").size() > before);
    assertThat(times("status", status)).isEqualTo(1);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void reportsACommandThatACrashCutShortAndRunsItNoSecondTime() throws IOException {
    // Given
    start();
    await().until(() -> gateway.handshakes().size() == 1);
    command("c-1", "exec", SLEEP);
    await().until(() -> gateway.hasReceived("delivered", message -> isOf(message, "c-1")));
    Path crashed = Files.createDirectory(directory.resolve("crashed"));
    Files.copy(directory.resolve("state/commands.jsonl"), crashed.resolve("commands.jsonl"));
    assertThat(gateway.results("c-1")).isEmpty();

    // When
    start(crashed, WireFormat.MESSAGE_PACK);
    await().until(() -> gateway.handshakes().size() == 2);
    command("c-1", "exec", SLEEP);

    // Then
    await().until(() -> gateway.results("c-1").size() == 2);
    assertThat(gateway.results("c-1"))
        .allSatisfy(result -> assertThat(reason(result)).contains("interrupted"));
  }

  @Test
  void answersARepeatedCommandAfterACutAndRunsItOnce() throws IOException {
    // Given
    start();
    await().until(() -> gateway.handshakes().size() == 1);
    command("c-1", "set-interval", "{\"seconds\":3600}");
    awaitResult("c-1");
    command("c-2", "set-interval", "{\"seconds\":1800}");
    awaitResult("c-2");
    gateway.cut();
    await().until(() -> gateway.handshakes().size() == 2);
    int before = gateway.results("c-1").size();

    // When
    command("c-1", "set-interval", "{\"seconds\":3600}");

    // Then
    await().until(() -> gateway.results("c-1").size() > before);
    assertThat(gateway.results("c-1"))
        .allSatisfy(
            result ->
                assertThat(result.header().textProp(NativeProtocol.PROP_STATUS))
                    .contains("succeeded"));
    command("c-3", "ping", "");
    awaitResult("c-3");
    await().until(() -> gateway.hasReceived("status", message -> interval(message) == 1800));
    assertThat(interval(gateway.received("status").getLast())).isEqualTo(1800);
  }

  @Test
  void raisesAnAlertOfAFullDiskAndClearsItAfterARestartThatFindsRoom() throws IOException {
    // Given
    FileStore disk = Files.getFileStore(Path.of("/"));
    double used = disk.getTotalSpace() - disk.getUnallocatedSpace();
    double percent = 100 * used / (used + disk.getUsableSpace());
    assumeThat(percent).as("how full the disk of this machine is").isBetween(2.0, 95.0);
    AgentConfig config =
        AgentConfig.of(gateway.url(), new TokenSource.Given("a.b.c"), directory.resolve("state"));
    Agent full = Agent.start(config.withDiskThresholdPercent(1));
    agents.add(full);
    await().until(() -> !gateway.received("alert").isEmpty());
    full.close();

    // When
    agents.add(Agent.start(config.withDiskThresholdPercent(100)));

    // Then
    await().until(() -> gateway.hasReceived("alert", alert -> isInState(alert, "cleared")));
    Map<String, Value> raised = fields(gateway.received("alert").getFirst());
    assertThat(raised)
        .containsEntry("code", Value.of("disk-almost-full-root"))
        .containsEntry("severity", Value.of("warning"))
        .containsEntry("state", Value.of("raised"))
        .containsKeys("text", "suggestion");
    assertThat(fields(gateway.received("alert").getLast()))
        .containsEntry("code", Value.of("disk-almost-full-root"));
  }

  private static boolean isInState(Message alert, String state) {
    return Value.of(state).equals(fields(alert).get("state"));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void cancelsARunningProgram() throws IOException {
    // Given
    start();
    await().until(() -> gateway.handshakes().size() == 1);
    command("c-1", "exec", SLEEP);
    await().until(() -> children("sleep").findAny().isPresent());

    // When
    gateway.send(Messages.cancel("c-1"));

    // Then
    assertThat(reason(awaitResult("c-1"))).contains("cancelled");
    await().until(() -> children("sleep").findAny().isEmpty());
  }

  @Test
  void keepsTheIntervalThatWasSet() throws IOException {
    // Given
    Agent first = start();
    await().until(() -> gateway.handshakes().size() == 1);
    command("c-1", "set-interval", "{\"seconds\":3600}");
    awaitResult("c-1");
    await().until(() -> gateway.hasReceived("status", message -> interval(message) == 3600));
    first.close();
    int before = gateway.received("status").size();

    // When
    start();

    // Then
    await().until(() -> gateway.received("status").size() > before);
    assertThat(interval(gateway.received("status").getLast())).isEqualTo(3600);
  }

  @Test
  void connectsAgainWhenTheGatewayFallsSilent() throws IOException {
    // Given
    gateway.keepalive = Duration.ofMillis(100);
    start();
    await().until(() -> gateway.handshakes().size() == 1);

    // When
    gateway.latest().pause();

    // Then
    await().until(() -> gateway.handshakes().size() == 2);
  }

  @Test
  void staysWithAGatewayThatOnlyAnswersPings() throws IOException {
    // Given
    gateway.keepalive = Duration.ofMillis(100);
    gateway.acknowledging = false;
    Agent agent = start();
    await().until(agent::isConnected);

    // When
    await().until(() -> gateway.received("telemetry").size() > 2);

    // Then
    assertThat(gateway.handshakes()).hasSize(1);
  }

  @Test
  void takesNoHarmFromGarbage() throws IOException {
    // Given
    start();
    await().until(() -> gateway.handshakes().size() == 1);

    // When
    gateway.latest().writeBinaryMessage(Buffer.buffer(new byte[] {(byte) 0xc1, 0, 1}));
    gateway.latest().writeBinaryMessage(Buffer.buffer());
    gateway.latest().writeTextMessage("{}");
    gateway.send(Message.of(9, "surprise", Body.utf8("{}")));
    gateway.send(Message.of(NativeProtocol.PROTO_COMMAND, "command", Body.EMPTY));
    gateway.send(Message.of(NativeProtocol.PROTO_COMMAND, "cancel", Body.EMPTY));
    gateway.send(Message.of(NativeProtocol.PROTO_CONTROL, "goaway", Body.EMPTY));
    gateway.send(Message.of(NativeProtocol.PROTO_CONTROL, "error", Body.utf8("no map")));
    gateway.send(Message.of(NativeProtocol.PROTO_DATA, "ack", Body.EMPTY));
    command("c-1", "ping", "");

    // Then
    assertThat(fields(awaitResult("c-1"))).containsEntry("pong", Value.of(true));
    assertThat(gateway.received("error")).hasSize(4);
    assertThat(gateway.handshakes()).hasSize(1);
  }

  @Test
  void readsAMessageInFragments() throws IOException {
    // Given
    start();
    await().until(() -> gateway.handshakes().size() == 1);
    byte[] frame =
        WireFormat.MESSAGE_PACK
            .codec(ProtocolLimits.DEFAULT)
            .encode(Command.json("c-1", "ping", MINUTE, 1, Body.EMPTY).toMessage());
    Buffer whole = Buffer.buffer(frame);

    // When
    gateway.latest().writeFrame(WebSocketFrame.binaryFrame(whole.slice(0, 9), false));
    gateway
        .latest()
        .writeFrame(WebSocketFrame.continuationFrame(whole.slice(9, frame.length), true));

    // Then
    assertThat(fields(awaitResult("c-1"))).containsEntry("pong", Value.of(true));
  }

  @Test
  void givesUpAGatewayThatSendsWithoutEnd() throws IOException {
    // Given
    start();
    await().until(() -> gateway.handshakes().size() == 1);

    // When
    gateway.latest().writeBinaryMessage(Buffer.buffer(new byte[(1 << 20) + 1]));

    // Then
    await().until(() -> gateway.handshakes().size() == 2);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void leavesNothingRunningWhenClosed() throws IOException {
    // Given
    Agent agent = start();
    await().until(() -> gateway.handshakes().size() == 1);
    command("c-1", "exec", SLEEP);
    await().until(() -> children("sleep").findAny().isPresent());
    long began = System.nanoTime();

    // When
    agent.close();

    // Then
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
    await().until(() -> children("sleep").findAny().isEmpty());
    await().until(() -> gateway.latest().isClosed());
    start();
  }

  @Test
  void closesBeforeItEverConnected() throws IOException {
    // Given
    gateway.close();
    Agent agent = start();

    // When
    agent.close();

    // Then
    assertThat(agent.isConnected()).isFalse();
    gateway = new TestGateway(WireFormat.MESSAGE_PACK);
  }

  private void command(String id, String kind, String body) {
    gateway.send(Command.json(id, kind, MINUTE, 1, Body.utf8(body)).toMessage());
  }

  private Message awaitResult(String id) {
    await().until(() -> !gateway.results(id).isEmpty());
    return gateway.results(id).getFirst();
  }

  private long times(String type, String id) {
    return gateway.received(type).stream().filter(message -> isOf(message, id)).count();
  }

  private static boolean isOf(Message message, String id) {
    return TestGateway.id(message).equals(Optional.of(id));
  }

  private static Optional<String> reason(Message result) {
    return result.header().textProp(NativeProtocol.PROP_REASON);
  }

  private static long interval(Message status) {
    return Json.field(fields(status), "intervalSeconds").orElseThrow().asLong().orElseThrow();
  }

  private static Map<String, Value> fields(Message message) {
    return Json.readObject(message.body()).orElseThrow();
  }

  private static Stream<ProcessHandle> children(String command) {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().orElse("").contains(command));
  }

  @Test
  void enrolsAtItsFirstStartWaitsForAPersonAndConnects() throws IOException {
    // Given
    Path key = Files.writeString(directory.resolve("key"), "flp_key");
    AtomicBoolean accepted = new AtomicBoolean();
    AtomicInteger claims = new AtomicInteger();
    gateway.requests =
        request -> {
          boolean claim = String.valueOf(request.path()).endsWith("/claim");
          boolean let = claim && accepted.get();
          claims.addAndGet(claim ? 1 : 0);
          var _ =
              request
                  .response()
                  .putHeader("Retry-After", "0")
                  .setStatusCode(let ? 201 : 202)
                  .end(let ? "{\"token\":\"d.e.f\"}" : "{\"enrolmentId\":\"e-1\"}");
        };
    Path state = directory.resolve("state");
    AgentConfig config =
        AgentConfig.enrolling(gateway.url(), Provisioning.ofHost(key, "pump-17"), state);
    Agent first = Agent.start(config);
    agents.add(first);
    await().until(() -> claims.get() > 0);
    assertThat(first.isConnected()).isFalse();

    // When
    accepted.set(true);

    // Then
    await().atMost(MINUTE).until(first::isConnected);
    first.close();
    int asked = claims.get();
    agents.add(Agent.start(config));
    await().until(() -> gateway.handshakes().size() == 2);
    assertThat(gateway.handshakes())
        .extracting(headers -> headers.get("Authorization"))
        .containsOnly("Bearer d.e.f");
    assertThat(claims).hasValue(asked);
  }
}
