package dev.fairlead.launcher;

import dev.fairlead.agent.Agent;
import dev.fairlead.command.CommandService;
import dev.fairlead.gateway.GatewayService;
import dev.fairlead.launcher.data.DataDirectory;
import dev.fairlead.launcher.local.LocalAgent;
import dev.fairlead.launcher.tls.OwnNames;
import dev.fairlead.launcher.tls.ServerCertificate;
import dev.fairlead.launcher.web.PublicServers;
import dev.fairlead.launcher.web.UrlMap;
import dev.fairlead.registry.RegistryService;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.health.ManagementServer;
import dev.fairlead.runtime.http.HttpServers;
import dev.fairlead.runtime.metrics.Metrics;
import dev.fairlead.runtime.process.Service;
import dev.fairlead.runtime.process.VertxInstances;
import dev.fairlead.runtime.server.FollowedCertificate;
import dev.fairlead.runtime.server.TlsFiles;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The composition of the whole product in one process: an embedded broker and database, the three
/// services behind one public port, and this machine as the first device.
final class Launcher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Launcher.class);

  private static final AtomicBoolean RUNNING = new AtomicBoolean();
  private static final String LOOPBACK = LauncherConfig.LOOPBACK;
  private static final String EVERYWHERE = "0.0.0.0";
  private static final String STOPPED = "stopped before everything was started";
  private static final Duration STOP_STEP_TIMEOUT = Duration.ofSeconds(8);
  private static final Duration START_END_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration GIVEN_CERTIFICATE_INTERVAL = Duration.ofMinutes(1);
  private static final Duration OWN_CERTIFICATE_INTERVAL = Duration.ofHours(1);
  private static final int EVENT_LOOPS = Math.max(2, Runtime.getRuntime().availableProcessors());

  private final LauncherOptions options;
  private final DataDirectory directory;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final Deque<Step> undo = new ArrayDeque<>();
  private final Thread starter = Thread.currentThread();
  private final CountDownLatch startIsOver = new CountDownLatch(1);
  private boolean closed;
  private Duration stopTimeout = START_END_TIMEOUT;
  private long servicesEndNanos;

  /// What ends a thing that was started.
  private record Step(String what, AutoCloseable closer) {}

  private Launcher(
      LauncherOptions options,
      DataDirectory directory,
      Map<String, String> environment,
      PrintStream out) {
    this.options = options;
    this.directory = directory;
    this.environment = environment;
    this.out = out;
  }

  /// Starts everything and returns when it is ready; a signal to the process stops it.
  ///
  /// @param directory is closed with everything else
  /// @throws dev.fairlead.runtime.settings.SettingsException if the environment has settings that
  ///     are wrong or unknown; nothing was started then
  /// @throws RuntimeException saying in one line what could not be started; nothing is left running
  ///     once the process has ended
  static void run(
      LauncherOptions options,
      DataDirectory directory,
      Map<String, String> environment,
      PrintStream out) {
    Launcher launcher = new Launcher(options, directory, environment, out);
    Thread stop = new Thread(launcher::close, "fairlead-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      launcher.start();
      RUNNING.set(true);
    } catch (Exception e) {
      // What a broken-off start fails with says nothing to anybody.
      if (launcher.isClosed()) {
        throw new IllegalStateException(STOPPED, e);
      }
      throw e;
    } finally {
      launcher.startIsOver.countDown();
    }
  }

  /// Whether the product runs in threads of its own.
  static boolean isRunning() {
    return RUNNING.get();
  }

  private void start() {
    long begun = System.nanoTime();
    undoing("data directory", directory);
    // Before anything is started: what is wrong with them is told at once.
    LauncherConfig checked = config(Backends.NOWHERE);
    stopTimeout = checked.process().stopTimeout();
    Ports.requireFree(LOOPBACK, options.port());
    Ports.requireFree(EVERYWHERE, options.tlsPort());
    Ports.requireFree(LOOPBACK, checked.process().managementPort());

    LauncherConfig config = config(Backends.start(directory, out::println, this::undoing));
    PrometheusMeterRegistry meters = Metrics.create("fairlead");
    Vertx vertx = VertxInstances.create(meters);
    undoing("event loops", () -> within(vertx.close()));
    out.println("starting the services …");
    RegistryService registry = new RegistryService(vertx, config.registry(), meters);
    CommandService command = new CommandService(vertx, config.command(), meters);
    GatewayService gateway = new GatewayService(vertx, config.gateway(), meters);
    Health health = new Health(List.of(registry.health(), command.health(), gateway.health()));
    startServices(List.of(registry, command, gateway));
    listen(vertx, config, registry, command, gateway);
    int managementPort = manage(vertx, config.process().managementPort(), health, meters);
    startAgent();
    health.ready();
    tell(begun, managementPort);
  }

  private LauncherConfig config(Backends backends) {
    return LauncherConfig.read(environment, options, directory, backends);
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
      LauncherConfig config,
      RegistryService registry,
      CommandService command,
      GatewayService gateway) {
    Optional<URI> publicUrl = config.registry().signIn().site().url();
    Handler<HttpServerRequest> registryHandler = registry.requestHandler();
    Handler<HttpServerRequest> commandHandler = command.requestHandler();
    Handler<HttpServerRequest> gatewayHandler = gateway.requestHandler();
    PublicServers servers =
        new PublicServers(
            vertx,
            gateway.tune(HttpServers.options(config.http())),
            gateway.connectionHandler(),
            request -> {
              switch (UrlMap.ownerOf(String.valueOf(request.path()))) {
                case GATEWAY -> gatewayHandler.handle(request);
                case COMMAND -> commandHandler.handle(request);
                case REGISTRY -> registryHandler.handle(request);
              }
            },
            EVENT_LOOPS);
    servers.listenPlain(options.port()).await();
    servers
        .listenTls(
            options.tlsPort(),
            new FollowedCertificate(
                () -> options.tls().orElseGet(() -> ownCertificate(publicUrl)),
                options.tls().isPresent() ? GIVEN_CERTIFICATE_INTERVAL : OWN_CERTIFICATE_INTERVAL))
        .await();
  }

  /// Made anew when it is about to run out, or when this machine is reached by names more.
  private TlsFiles ownCertificate(Optional<URI> publicUrl) {
    return ServerCertificate.in(directory.resolve("tls"), OwnNames.all(publicUrl), Instant.now())
        .files();
  }

  private int manage(Vertx vertx, int port, Health health, PrometheusMeterRegistry meters) {
    ManagementServer management = new ManagementServer(vertx, LOOPBACK, port, health, meters);
    management.start().await();
    undoing(
        "health",
        () -> {
          health.draining();
          within(management.stop());
        });
    return management.port();
  }

  private void startAgent() {
    if (!options.agent()) {
      return;
    }
    Agent agent =
        new LocalAgent(directory, options.port(), OwnNames.hostName(), options.agentExec()).start();
    undoing("agent", agent);
  }

  private void tell(long begun, int managementPort) {
    String url = "http://" + LOOPBACK + ":" + options.port();
    Path key = options.data().resolve("admin-key");
    out.println(
        """

        Fairlead is up after %.1f s. Data and logs: %s
        TLS for everyone else: port %d, %s
        Health and metrics: http://127.0.0.1:%d/health/ready
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
                options
                    .tls()
                    .map(files -> "certificate " + files.chain())
                    .orElseGet(() -> "signed by " + options.data().resolve("tls/ca.pem")),
                managementPort,
                key,
                key,
                url,
                url,
                url,
                LocalAgent.deviceIdOf(OwnNames.hostName())));
    out.println("ready: " + url);
    out.flush();
  }

  /// Has a thing ended at the stop; at once where the stop came first, and with it the start.
  private void undoing(String what, AutoCloseable closer) {
    synchronized (undo) {
      if (!closed) {
        undo.push(new Step(what, closer));
        return;
      }
    }
    end(new Step(what, closer));
    throw new IllegalStateException(STOPPED);
  }

  private boolean isClosed() {
    synchronized (undo) {
      return closed;
    }
  }

  /// Waits for a part to stop: not for ever, and not with the time that the database needs.
  private void within(Future<Void> future) {
    long leftMillis = Math.max(1, (servicesEndNanos - System.nanoTime()) / 1_000_000);
    future
        .timeout(Math.min(leftMillis, STOP_STEP_TIMEOUT.toMillis()), TimeUnit.MILLISECONDS)
        .await();
  }

  /// Stops what was started, the last first. A start that is under way is broken off; what it has
  /// in hand is waited for, since a database that nobody knows of would outlive this process.
  @Override
  public void close() {
    synchronized (undo) {
      closed = true;
      servicesEndNanos = System.nanoTime() + stopTimeout.toNanos() * 2 / 3;
    }
    if (isRunning()) {
      out.println("stopping …");
    }
    try {
      if (startIsOver.getCount() > 0) {
        starter.interrupt();
        if (!startIsOver.await(START_END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
          log.atWarn().log("the start does not end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Optional<Step> step = next(); step.isPresent(); step = next()) {
      end(step.get());
    }
  }

  private Optional<Step> next() {
    synchronized (undo) {
      return Optional.ofNullable(undo.poll());
    }
  }

  private static void end(Step step) {
    try {
      step.closer().close();
    } catch (Exception e) {
      log.atWarn().addKeyValue("part", step.what()).setCause(e).log("part of the stop failed");
    }
  }
}
