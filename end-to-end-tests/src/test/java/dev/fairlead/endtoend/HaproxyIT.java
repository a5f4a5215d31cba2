package dev.fairlead.endtoend;

import static dev.fairlead.endtoend.harness.EdgeCluster.APP;
import static dev.fairlead.endtoend.harness.EdgeCluster.DEVICES;
import static dev.fairlead.endtoend.harness.Haproxy.Shape.ENDS_TLS;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.endtoend.harness.BusReader;
import dev.fairlead.endtoend.harness.EdgeCluster;
import dev.fairlead.endtoend.harness.EdgeDevices;
import dev.fairlead.endtoend.harness.EdgeDevices.Session;
import dev.fairlead.endtoend.harness.Haproxy;
import dev.fairlead.endtoend.harness.NameServer;
import dev.fairlead.endtoend.harness.OpenSsl;
import dev.fairlead.endtoend.harness.Ports;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.endtoend.harness.Trust;
import io.vertx.core.Future;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The edges of `deploy/haproxy` as they are, run by Debian's HAProxy in front of two gateways.
@Tag("slow")
@EnabledIf("dev.fairlead.endtoend.harness.Haproxy#canRun")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HaproxyIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// Whoever does not say what it wants has this long, and a little more.
  private static final Duration SLOW_MAX = Duration.ofSeconds(90);

  private static final int TRIES = 40;

  /// Of tests that wait for what is under way meanwhile.
  private static final int LAST = Integer.MAX_VALUE;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path directory;

  private static EdgeCluster world;
  private static EdgeDevices fleet;
  private static final Map<Haproxy.Shape, Haproxy> EDGES = new EnumMap<>(Haproxy.Shape.class);

  /// Of those who keep an edge waiting, from before the first test, since that takes long.
  private static final Map<Haproxy.Shape, CompletableFuture<byte[]>> UNFINISHED =
      new EnumMap<>(Haproxy.Shape.class);

  private static final Map<Haproxy.Shape, CompletableFuture<byte[]>> UNSAID =
      new EnumMap<>(Haproxy.Shape.class);

  @BeforeAll
  static void start() {
    world = new EdgeCluster(directory);
    fleet = devices(UnaryOperator.identity());
    for (Haproxy.Shape shape : Haproxy.Shape.values()) {
      Haproxy edge = world.edge(shape);
      EDGES.put(shape, edge);
      UNFINISHED.put(
          shape,
          cutOff(
              edge,
              true,
              SLOW_MAX,
              "GET /connect HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.US_ASCII)));
      // The beginning of a hello that is 512 bytes long.
      UNSAID.put(
          shape,
          cutOff(
              edge,
              false,
              shape == ENDS_TLS ? SLOW_MAX : SLOW_MAX.dividedBy(9),
              new byte[] {22, 3, 1, 2, 0, 1, 0}));
    }
  }

  @AfterAll
  static void stop() {
    fleet.close();
    EDGES.values().forEach(Haproxy::close);
    world.close();
  }

  private static EdgeDevices devices(UnaryOperator<WebSocketClientOptions> more) {
    return new EdgeDevices(world.trust(), world.names(), more);
  }

  private static Haproxy edge(Haproxy.Shape shape) {
    return requireNonNull(EDGES.get(shape));
  }

  private static String nameOn(Haproxy.Shape shape) {
    return shape == ENDS_TLS ? APP : DEVICES;
  }

  /// Where the last session of a device was opened from.
  private static String addressOf(String device) {
    return BusReader.read(world.cluster().kafka().bootstrapServers(), Topic.SESSIONS).stream()
        .filter(record -> record.key().startsWith("default/" + device + "/"))
        .map(SessionMessage::decode)
        .filter(SessionMessage.Opened.class::isInstance)
        .map(message -> ((SessionMessage.Opened) message).place().remoteAddress())
        .reduce("", (earlier, later) -> later);
  }

  @ParameterizedTest
  @CsvSource({"ENDS_TLS, " + APP, "PASSES_TLS_ON, " + APP, "PASSES_TLS_ON, " + DEVICES})
  void aDeviceComesInByTlsAndTheGatewayKnowsFromWhere(Haproxy.Shape shape, String name) {
    // Given
    TestDevice device = world.cluster().device("far-" + shape + "-" + name);
    try (EdgeDevices far = devices(options -> options.setLocalAddress("127.0.77.7"))) {
      // When
      Session session =
          EdgeDevices.joined(far.connect(name, edge(shape).tlsPort(), Optional.of(device.token())));

      // Then
      session.bringEvent();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(addressOf(device.id())).isEqualTo("127.0.77.7"));
    }
  }

  @ParameterizedTest
  @CsvSource({"ENDS_TLS, " + APP, "PASSES_TLS_ON, " + APP, "PASSES_TLS_ON, " + DEVICES})
  void aDeviceComesInByItsCertificate(Haproxy.Shape shape, String name) throws Exception {
    // Given
    String id = "certified-" + shape + "-" + name;
    world.cluster().device(id);
    PemKeyCertOptions certificate = certificate(id);
    try (EdgeDevices certified = devices(options -> options.setKeyCertOptions(certificate))) {
      // When
      Session session =
          EdgeDevices.joined(certified.connect(name, edge(shape).tlsPort(), Optional.empty()));

      // Then
      session.bringEvent();
    }
  }

  private static PemKeyCertOptions certificate(String id) throws IOException {
    new OpenSsl(directory).request(id);
    String csr = Files.readString(directory.resolve(id + ".csr"));
    String issued =
        world
            .cluster()
            .api()
            .post(
                world.cluster().registry().httpPort(),
                "/api/v1/devices/" + id + "/certificates",
                JSON.writeValueAsString(Map.of("csr", csr)))
            .body()
            .path("certificate")
            .asText();
    Path file = Files.writeString(directory.resolve(id + ".pem"), issued);
    return new PemKeyCertOptions()
        .setCertPath(file.toString())
        .setKeyPath(directory.resolve(id + ".key").toString());
  }

  /// Also the name of the devices where it is not passed on.
  @ParameterizedTest
  @CsvSource({
    "ENDS_TLS, other.edge.test",
    "ENDS_TLS, " + DEVICES,
    "PASSES_TLS_ON, other.edge.test"
  })
  void aWrongNameGetsNoCertificateThatItIsGoodFor(Haproxy.Shape shape, String name) {
    // Given
    TestDevice device = world.cluster().device("lost-" + shape + "-" + name);

    // Then
    assertThatExceptionOfType(SSLHandshakeException.class)
        .isThrownBy(
            () ->
                EdgeDevices.joined(
                    fleet.connect(name, edge(shape).tlsPort(), Optional.of(device.token()))))
        .withStackTraceContaining("No subject alternative DNS name matching " + name);
    assertThat(addressOf(device.id())).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aGatewayThatDrainsKeepsItsTunnelsAndGetsNoOther(Haproxy.Shape shape) {
    // Given
    Haproxy edge = edge(shape).awaitServers(shape.devices(), 2);
    List<TestDevice> devices = world.cluster().devices("drained-" + shape + "-", 24);
    List<Session> before = connected(edge, shape, devices.subList(0, 12));
    List<Session> onFirst =
        before.stream().filter(session -> session.gateway().startsWith("edge-1")).toList();
    assertThat(onFirst).isNotEmpty().hasSizeLessThan(12);

    // When
    world.drain("edge-1");
    try {
      edge.awaitServers(shape.devices(), 1);
      List<Session> after = connected(edge, shape, devices.subList(12, 24));

      // Then
      assertThat(after).allMatch(session -> session.gateway().startsWith("edge-2"));
      onFirst.forEach(Session::bringEvent);
      assertThat(before).allMatch(Session::isOpen);
    } finally {
      world.refill("edge-1");
      edge.awaitServers(shape.devices(), 2);
    }
  }

  private static List<Session> connected(
      Haproxy edge, Haproxy.Shape shape, List<TestDevice> devices) {
    return devices.stream()
        .map(device -> fleet.connect(nameOn(shape), edge.tlsPort(), Optional.of(device.token())))
        .toList()
        .stream()
        .map(EdgeDevices::joined)
        .toList();
  }

  /// What is answered until the edge ends a connection on which no more was said than this.
  private static CompletableFuture<byte[]> cutOff(
      Haproxy edge, boolean inTls, Duration max, byte[] said) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Socket plain = new Socket(edge.address(), edge.tlsPort());
              Socket slow = inTls ? overTls(plain, edge) : plain) {
            slow.setSoTimeout((int) max.toMillis());
            slow.getOutputStream().write(said);
            return slow.getInputStream().readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        Thread::startVirtualThread);
  }

  private static Socket overTls(Socket plain, Haproxy edge) throws IOException {
    return Trust.in(directory.resolve("server.pem"))
        .getSocketFactory()
        .createSocket(plain, APP, edge.tlsPort(), true);
  }

  @ParameterizedTest
  @EnumSource
  @Order(LAST)
  void whoNeverFinishesARequestIsCutOff(Haproxy.Shape shape) {
    // When
    byte[] answer = requireNonNull(UNFINISHED.get(shape)).join();

    // Then
    assertThat(new String(answer, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 408 ");
  }

  @ParameterizedTest
  @EnumSource
  @Order(LAST)
  void whoNeverSaysWhomItWantsIsCutOff(Haproxy.Shape shape) {
    // When
    byte[] answer = requireNonNull(UNSAID.get(shape)).join();

    // Then
    assertThat(answer).isEmpty();
  }

  /// Nothing is kept of who is where, so either may go.
  @ParameterizedTest
  @EnumSource
  void devicesOfABalancerThatIsLostComeBackByTheOther(Haproxy.Shape shape) {
    // Given
    String name = nameOn(shape);
    int port = Ports.free();
    List<TestDevice> devices = world.cluster().devices("twice-" + shape + "-", 20);
    try (NameServer names = new NameServer().with(name, "127.0.32.1", "127.0.32.2");
        Haproxy first = world.edge(shape, "127.0.32.1", port);
        Haproxy second = world.edge(shape, "127.0.32.2", port);
        EdgeDevices both = new EdgeDevices(world.trust(), names, UnaryOperator.identity())) {
      List<Session> before = byName(both, name, port, devices);
      long atFirst = first.tunnels(shape.devices());
      assertThat(atFirst).isPositive().isLessThan(devices.size());
      assertThat(atFirst + second.tunnels(shape.devices())).isEqualTo(devices.size());

      // When
      first.kill();
      await()
          .atMost(PATIENCE)
          .until(() -> before.stream().filter(session -> !session.isOpen()).count() == atFirst);
      List<TestDevice> lost =
          IntStream.range(0, devices.size())
              .filter(i -> !before.get(i).isOpen())
              .mapToObj(devices::get)
              .toList();
      List<Session> after = byName(both, name, port, lost);

      // Then
      assertThat(second.tunnels(shape.devices())).isEqualTo(devices.size());
      after.forEach(Session::bringEvent);
    }
  }

  private static List<Session> byName(
      EdgeDevices from, String name, int port, List<TestDevice> devices) {
    return devices.stream()
        .map(device -> persistent(from, name, port, device, TRIES))
        .toList()
        .stream()
        .map(EdgeDevices::joined)
        .toList();
  }

  /// As devices do: who is refused tries again, and one time takes the name's other address.
  private static Future<Session> persistent(
      EdgeDevices from, String name, int port, TestDevice device, int tries) {
    Future<Session> connecting = from.connect(name, port, Optional.of(device.token()));
    return tries == 1
        ? connecting
        : connecting.recover(refused -> persistent(from, name, port, device, tries - 1));
  }
}
