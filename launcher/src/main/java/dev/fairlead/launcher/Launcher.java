package dev.fairlead.launcher;

import dev.fairlead.agent.Agent;
import dev.fairlead.command.CommandConfig;
import dev.fairlead.command.CommandService;
import dev.fairlead.gateway.GatewayConfig;
import dev.fairlead.gateway.GatewayService;
import dev.fairlead.launcher.data.DataDirectory;
import dev.fairlead.launcher.local.LocalAgent;
import dev.fairlead.launcher.tls.OwnNames;
import dev.fairlead.launcher.tls.ServerCertificate;
import dev.fairlead.launcher.web.PublicServers;
import dev.fairlead.launcher.web.UrlMap;
import dev.fairlead.registry.RegistryConfig;
import dev.fairlead.registry.RegistryService;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.health.ManagementServer;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.http.HttpServers;
import dev.fairlead.runtime.metrics.Metrics;
import dev.fairlead.runtime.process.Service;
import dev.fairlead.runtime.process.VertxInstances;
import dev.fairlead.runtime.settings.Settings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The composition of the whole product in one process: an embedded broker and database, the three
/// services behind one public port, and this machine as the first device.
final class Launcher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Launcher.class);

  private static final AtomicBoolean RUNNING = new AtomicBoolean();
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration STOP_STEP_TIMEOUT = Duration.ofSeconds(8);
  private static final int EVENT_LOOPS = Math.max(2, Runtime.getRuntime().availableProcessors());

  private final LauncherOptions options;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final Deque<Step> undo = new ArrayDeque<>();

  /// What ends a thing that was started.
  private record Step(String what, AutoCloseable closer) {}

  private Launcher(LauncherOptions options, Map<String, String> environment, PrintStream out) {
    this.options = options;
    this.environment = environment;
    this.out = out;
  }

  /// Starts everything and returns when it is ready; a signal to the process stops it.
  ///
  /// @throws RuntimeException saying in one line what could not be started; nothing is left running
  static void run(LauncherOptions options, Map<String, String> environment, PrintStream out) {
    Launcher launcher = new Launcher(options, environment, out);
    Thread stop = new Thread(launcher::close, "fairlead-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    launcher.start();
    RUNNING.set(true);
  }

  /// Whether the product runs in threads of its own.
  static boolean isRunning() {
    return RUNNING.get();
  }

  private void start() {
    long begun = System.nanoTime();
    DataDirectory directory = DataDirectory.open(options.data());
    undoing("data directory", directory);
    requireFree(LOOPBACK, options.port());
    requireFree("0.0.0.0", options.tlsPort());
    requireFree(LOOPBACK, options.managementPort());

    Backends backends = Backends.start(directory, out::println, this::undoing);
    Settings settings = Settings.of(environment(directory, backends));
    RegistryConfig registryConfig = RegistryConfig.from(settings).withoutHttp();
    CommandConfig commandConfig = CommandConfig.from(settings).withoutHttp();
    GatewayConfig gatewayConfig = GatewayConfig.from(settings).withoutHttp();
    settings.finish();

    PrometheusMeterRegistry meters = Metrics.create("fairlead");
    Vertx vertx = VertxInstances.create(meters);
    undoing("event loops", () -> within(vertx.close()));
    out.println("starting the services …");
    RegistryService registry = new RegistryService(vertx, registryConfig, meters);
    CommandService command = new CommandService(vertx, commandConfig, meters);
    GatewayService gateway = new GatewayService(vertx, gatewayConfig, meters);
    Health health = new Health(List.of(registry.health(), command.health(), gateway.health()));
    startServices(List.of(registry, command, gateway));
    listen(vertx, registry, command, gateway, directory);
    manage(vertx, health, meters);
    startAgent(directory);
    health.ready();
    tell(begun);
  }

  /// All at once: each waits for what it needs of the others.
  private void startServices(List<Service> services) {
    for (Service service : services) {
      undoing(
          service.getClass().getSimpleName(),
          () -> {
            service.health().draining();
            within(service.stop());
          });
    }
    Future.all(
            services.stream()
                .map(service -> service.start().onSuccess(done -> service.health().ready()))
                .toList())
        .await();
  }

  private void listen(
      Vertx vertx,
      RegistryService registry,
      CommandService command,
      GatewayService gateway,
      DataDirectory directory) {
    Handler<HttpServerRequest> registryHandler = registry.requestHandler();
    Handler<HttpServerRequest> commandHandler = command.requestHandler();
    Handler<HttpServerRequest> gatewayHandler = gateway.requestHandler();
    PublicServers servers =
        new PublicServers(
            vertx,
            gateway.tune(HttpServers.options(HttpServerSettings.of(LOOPBACK, options.port()))),
            request -> {
              switch (UrlMap.ownerOf(String.valueOf(request.path()))) {
                case GATEWAY -> gatewayHandler.handle(request);
                case COMMAND -> commandHandler.handle(request);
                case REGISTRY -> registryHandler.handle(request);
              }
            },
            EVENT_LOOPS);
    ServerCertificate certificate =
        ServerCertificate.in(directory.resolve("tls"), OwnNames.all(), Instant.now());
    servers.listenPlain(options.port()).await();
    servers.listenTls(options.tlsPort(), certificate).await();
  }

  private void manage(Vertx vertx, Health health, PrometheusMeterRegistry meters) {
    ManagementServer management =
        new ManagementServer(vertx, LOOPBACK, options.managementPort(), health, meters);
    management.start().await();
    undoing(
        "health",
        () -> {
          health.draining();
          within(management.stop());
        });
  }

  private void startAgent(DataDirectory directory) {
    if (!options.agent()) {
      return;
    }
    Agent agent =
        new LocalAgent(directory, options.port(), OwnNames.hostName(), options.agentExec()).start();
    undoing("agent", agent);
  }

  /// What the services would read from the environment if they ran apart; what the user set stands,
  /// but for where the embedded servers are.
  private Map<String, String> environment(DataDirectory directory, Backends backends) {
    Map<String, String> all = new HashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(Settings.PREFIX) && !name.equals("FAIRLEAD_JAVA_OPTIONS")) {
            all.put(name, value);
          }
        });
    // One broker with little to do: fewer partitions start faster.
    all.putIfAbsent("FAIRLEAD_KAFKA_PARTITIONS", "4");
    all.putIfAbsent("FAIRLEAD_KAFKA_INBOX_PARTITIONS", "2");
    all.putIfAbsent("FAIRLEAD_KAFKA_STREAMS_PARTITIONS", "2");
    all.putAll(backends.settings());
    all.put("FAIRLEAD_ADMIN_KEY_FILE", directory.secretFile("admin-key", true).toString());
    all.put("FAIRLEAD_MASTER_KEY_FILE", directory.secretFile("master-key", false).toString());
    return all;
  }

  private void tell(long begun) {
    String url = "http://" + LOOPBACK + ":" + options.port();
    Path key = options.data().resolve("admin-key");
    out.println(
        """

        Fairlead is up after %.1f s. Data and logs: %s
        TLS for everyone else: port %d, signed by %s
        The admin key is in %s. To try:

          KEY=$(cat %s)
          curl -s -H "Authorization: Bearer $KEY" %s/api/v1/devices
          curl -s -H "Authorization: Bearer $KEY" -d '{"id":"lamp-1"}' -H 'Content-Type: application/json' %s/api/v1/devices
          curl -s -H "Authorization: Bearer $KEY" -d '{"kind":"ping"}' -H 'Content-Type: application/json' '%s/api/v1/devices/%s/commands?wait=10s'
        """
            .formatted(
                (System.nanoTime() - begun) / 1e9,
                options.data(),
                options.tlsPort(),
                options.data().resolve("tls").resolve("ca.pem"),
                key,
                key,
                url,
                url,
                url,
                LocalAgent.deviceIdOf(OwnNames.hostName())));
    out.println("ready: " + url);
    out.flush();
  }

  private static void requireFree(String host, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (IOException e) {
      throw new IllegalStateException("port " + port + " is taken; choose another with --port", e);
    }
  }

  private void undoing(String what, AutoCloseable closer) {
    synchronized (undo) {
      undo.push(new Step(what, closer));
    }
  }

  private static void within(Future<Void> future) {
    future.timeout(STOP_STEP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).await();
  }

  /// Stops what was started, the last first.
  @Override
  public void close() {
    while (true) {
      Step step;
      synchronized (undo) {
        step = undo.poll();
      }
      if (step == null) {
        return;
      }
      try {
        step.closer().close();
      } catch (Exception e) {
        log.atWarn().addKeyValue("part", step.what()).setCause(e).log("part of the stop failed");
      }
    }
  }
}
