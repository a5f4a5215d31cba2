package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/// What `docker-compose.yml` brings up, unchanged: a project of its own, with a network and ports
/// of its own, and all that an operator does to it by `docker compose` and `docker`.
public final class ComposeStack {

  private final Path directory;
  private final Docker docker;
  private final String project = "fairlead-it-" + ProcessHandle.current().pid();
  private final int tlsPort = Ports.free();
  private final int plainPort = Ports.free();
  private final String network = "10.213." + ThreadLocalRandom.current().nextInt(40, 250);

  /// @param directory for what the stack gives away: the authority to trust, the admin key
  private ComposeStack(Path directory) {
    this.directory = directory;
    this.docker = new Docker(directory, settings());
  }

  /// The one stack of this JVM, built and brought up from nothing by whoever asks first, and
  /// removed with its volumes when the JVM ends.
  public static ComposeStack shared() {
    return Shared.STACK;
  }

  private static final class Shared {
    private static final ComposeStack STACK = start();

    private static ComposeStack start() {
      try {
        ComposeStack stack = new ComposeStack(Files.createTempDirectory("compose-stack"));
        Runtime.getRuntime().addShutdownHook(new Thread(stack::remove, "compose-down"));
        stack.up("--build");
        return stack;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// `docker compose up -d` with the demo's agent; returns when everything is healthy.
  public void up(String... more) {
    List<String> arguments = new ArrayList<>(List.of("up", "--detach"));
    arguments.addAll(List.of(more));
    compose(arguments.toArray(String[]::new));
    try {
      Files.createDirectories(directory.resolve("tls"));
      Files.writeString(authority(), inside("haproxy", "cat", "/run/secrets/ca.pem"));
      Files.writeString(
          directory.resolve("admin-key"), inside("registry", "cat", "/run/secrets/admin-key"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// `docker compose down`: containers and networks go, volumes stay.
  public void down() {
    keepLogs();
    compose("down");
  }

  /// Runs a program in a container of a service.
  public String inside(String service, String... command) {
    List<String> arguments = new ArrayList<>(List.of("exec", "-T", service));
    arguments.addAll(List.of(command));
    return compose(arguments.toArray(String[]::new));
  }

  /// The ids of the containers of a service that run.
  public List<String> containers(String service) {
    return compose("ps", "-q", service).lines().toList();
  }

  /// What a service has written.
  public String log(String service) {
    return compose("logs", "--no-color", "--no-log-prefix", service);
  }

  /// `docker compose …`; what it says on standard output.
  ///
  /// @throws IllegalStateException when it fails
  public String compose(String... arguments) {
    List<String> command =
        new ArrayList<>(
            // A file .env of whoever works here is not part of the test.
            List.of("compose", "-p", project, "--env-file", "/dev/null", "--profile", "demo"));
    command.addAll(List.of(arguments));
    return docker.run(command.toArray(String[]::new));
  }

  /// `docker …`, likewise.
  public String docker(String... arguments) {
    return docker.run(arguments);
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("FAIRLEAD_VERSION", "it");
    settings.put("FAIRLEAD_TLS_PORT", Integer.toString(tlsPort));
    settings.put("FAIRLEAD_PLAIN_PORT", Integer.toString(plainPort));
    settings.put("FAIRLEAD_EDGE_NETWORK", network);
    return settings;
  }

  public int tlsPort() {
    return tlsPort;
  }

  public int plainPort() {
    return plainPort;
  }

  /// Where the services see the proxy.
  public String proxyAddress() {
    return network + ".2";
  }

  /// How many gateways the proxy gives new connections to.
  public long gatewaysInUse() {
    return gatewaysInUse("gateway");
  }

  /// The same of another back end of gateways.
  public long gatewaysInUse(String backend) {
    String statistics =
        inside(
            "haproxy",
            "bash",
            "-c",
            "exec 3<>/dev/tcp/127.0.0.1/8404;"
                + " printf 'GET /stats;csv HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3");
    return statistics
        .lines()
        .filter(line -> line.startsWith(backend + ",gateway-") && line.contains(",UP,"))
        .count();
  }

  /// The certificate of the authority to trust.
  public Path authority() {
    return directory.resolve("tls").resolve("ca.pem");
  }

  /// The admin key.
  public String adminKey() {
    try {
      return Files.readString(directory.resolve("admin-key")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The interface, through the proxy.
  public Api api() {
    return new Api(adminKey(), "https://127.0.0.1:", client());
  }

  /// A client that trusts this stack.
  public HttpClient client() {
    return HttpClient.newBuilder().sslContext(Trust.in(authority())).build();
  }

  /// Makes a device; what it is told to connect to is [door][#door()].
  public TestDevice device(Api api, HttpClient client, String id) {
    Api.Answer made = api.post(tlsPort, "/api/v1/devices", "{\"id\":\"" + id + "\"}");
    if (made.status() != 201) {
      throw new IllegalStateException(id + ": " + made);
    }
    return new TestDevice(client, id, made.body().path("token").asText());
  }

  /// Where devices connect, without the path.
  public String door() {
    return "wss://127.0.0.1:" + tlsPort;
  }

  /// Lines of shell that set what the documents call `URL`, `GATE`, `DATA` and `KEY`, and by which
  /// `docker compose` finds this stack.
  public String shellValues() {
    return """
        export COMPOSE_PROJECT_NAME=%s COMPOSE_ENV_FILES=/dev/null COMPOSE_PROFILES=demo %s
        URL=https://127.0.0.1:%d
        GATE=wss://127.0.0.1:%d/connect
        DATA='%s'
        KEY=$(cat "$DATA/admin-key")
        export CURL_CA_BUNDLE="$DATA/tls/ca.pem" FAIRLEAD_AGENT_CA_FILE="$DATA/tls/ca.pem"
        """
        .formatted(
            project,
            settings().entrySet().stream().map(Object::toString).collect(Collectors.joining(" ")),
            tlsPort,
            tlsPort,
            directory);
  }

  private void keepLogs() {
    try {
      Path logs = Files.createTempDirectory(directory, "logs");
      Files.writeString(logs.resolve("compose.log"), compose("logs", "--no-color"));
      ProcessLogs.keep(logs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Removes everything, volumes included.
  private void remove() {
    keepLogs();
    compose("down", "--volumes", "--timeout", "5");
  }
}
