package dev.fairlead.gateway;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.allowance.Allowances;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.gateway.admission.Authorities;
import dev.fairlead.gateway.membership.GatewayName;
import dev.fairlead.gateway.membership.Neighbours;
import dev.fairlead.gateway.websocket.AcceptPace;
import dev.fairlead.gateway.websocket.AnyClientCertificate;
import dev.fairlead.gateway.websocket.ReceiveBuffers;
import dev.fairlead.gateway.websocket.UrlTokens;
import dev.fairlead.protocol.WireFormat;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.http.HttpServers;
import dev.fairlead.runtime.problem.Problems;
import dev.fairlead.runtime.process.Service;
import dev.fairlead.runtime.server.FollowedCertificate;
import dev.fairlead.runtime.server.LoopServer;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.TrustOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A gateway: devices connect to it, and it connects them to the bus. It keeps nothing that is not
/// lost with its sockets.
public final class GatewayService implements Service {

  private static final Logger log = LoggerFactory.getLogger(GatewayService.class);

  private static final String NOT_CLOSED = "part of the gateway not closed";
  private static final String STOPPED = "the gateway was stopped before it had started";
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(6);

  private final Vertx vertx;
  private final GatewayConfig config;
  private final MeterRegistry meters;
  private final Context context;
  private final Tracing tracing;
  private final Health health = new Health();
  private final String name;
  private final AccessView access;
  private final Allowances allowances;
  private final Authorities authorities = new Authorities();
  private final Neighbours neighbours;
  private final UrlTokens urlTokens = new UrlTokens();
  private final AcceptPace acceptPace = new AcceptPace();
  private final ReceiveBuffers receiveBuffers = new ReceiveBuffers();
  private final GatewayDoors doors;
  private final Optional<LoopServer> server;
  private final Optional<LoopServer> tlsServer;

  /// What there is to close, the last first.
  private final List<Supplier<Future<Void>>> closing = new ArrayList<>();

  private volatile Optional<GatewayCore> core = Optional.empty();

  /// Whether the end was asked for; a start that is under way goes no further. Confined to the
  /// context.
  private boolean stopping;

  /// A gateway that is not started yet. The instance of Vert.x and the meters stay the caller's.
  public GatewayService(Vertx vertx, GatewayConfig config, MeterRegistry meters) {
    this.vertx = vertx;
    this.config = config;
    this.meters = meters;
    this.context = vertx.getOrCreateContext();
    this.tracing = Tracing.of(config.tracing(), "gateway", meters);
    this.name = GatewayName.fresh(config.nameStem());
    this.access = new AccessView(Clock.systemUTC());
    this.allowances = new Allowances(name, config.limits(), access, System::nanoTime);
    this.neighbours = new Neighbours(name, this::resumeAll, Clock.systemUTC());
    this.doors = new GatewayDoors(() -> core.map(GatewayCore::door), new Problems(meters));
    this.server =
        config
            .http()
            .map(http -> server(HttpServers.options(http), connectionHandler(), Optional.empty()));
    this.tlsServer =
        config
            .http()
            .flatMap(
                http ->
                    config
                        .tls()
                        .map(
                            tls ->
                                server(
                                    tls.options(http),
                                    tls.proxied() ? proxiedHandler() : connectionHandler(),
                                    Optional.of(tls.certificate()))));
  }

  private LoopServer server(
      HttpServerOptions options,
      Handler<HttpConnection> connected,
      Optional<FollowedCertificate> certificate) {
    return new LoopServer(
        vertx,
        // Else Vert.x waits for the first bytes before it tells of a connection.
        tune(options).setHttp2ClearTextEnabled(false),
        connected,
        doors,
        certificate,
        Runtime.getRuntime().availableProcessors());
  }

  /// Whoever is no proxy could say to come from anywhere.
  private Handler<HttpConnection> proxiedHandler() {
    Counter refused =
        Counter.builder("gateway.connections.foreign")
            .description("Connections to the port of proxies from addresses that are no proxy's")
            .register(meters);
    return connection -> {
      if (config.proxies().addresses().contains(connection.remoteAddress(true).hostAddress())) {
        begin(connection);
      } else {
        refused.increment();
        var _ = connection.close();
      }
    };
  }

  /// The gateway's name, new at each start.
  public String name() {
    return name;
  }

  @Override
  public Health health() {
    return health;
  }

  /// Answers the requests of the gateway's part of the URL map: on any event loop, of a server
  /// whose options went through [#tune].
  public Handler<HttpServerRequest> requestHandler() {
    return doors;
  }

  /// Is to be told of each new connection of a server that hands its requests to
  /// [#requestHandler]: it sees to it that no token stays in a URL, and that a connection holds
  /// little. Without it, tokens in URLs are not understood.
  public Handler<HttpConnection> connectionHandler() {
    return this::begin;
  }

  /// Sets what a server needs for the gateway's sockets, and has it ask for a client certificate
  /// where it speaks TLS. The options are changed and returned.
  public HttpServerOptions tune(HttpServerOptions options) {
    return options
        .setWebSocketSubProtocols(
            Stream.of(WireFormat.values()).map(WireFormat::subprotocol).toList())
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setClientAuth(ClientAuth.REQUEST)
        .setTrustOptions(TrustOptions.wrap(new AnyClientCertificate()));
  }

  /// The port that devices connect to, where the gateway listens itself.
  public OptionalInt port() {
    return portOf(server);
  }

  /// The port that devices connect to with TLS that ends here, where there is one.
  public OptionalInt tlsPort() {
    return portOf(tlsServer);
  }

  private void begin(HttpConnection connection) {
    receiveBuffers.use(connection);
    urlTokens.watch(connection);
    acceptPace.watch(connection);
  }

  private static OptionalInt portOf(Optional<LoopServer> server) {
    return server.map(each -> OptionalInt.of(each.port())).orElse(OptionalInt.empty());
  }

  @Override
  public Future<Void> start() {
    return onContext(this::startInOrder);
  }

  @Override
  public Future<Void> stop() {
    health.draining();
    return onContext(
        () -> {
          stopping = true;
          return drain().eventually(this::closeAll);
        });
  }

  private Future<Void> startInOrder() {
    closeLater(tracing::close);
    Bus bus = new Bus(vertx, config.bus(), meters, health, tracing);
    closeLater(bus::close);
    return bus.start()
        .compose(topics -> GatewayProducers.create(bus, config.pendingBytesMax()))
        .compose(producers -> startOn(bus, producers))
        .compose(started -> listen(server))
        .compose(listening -> listen(tlsServer))
        .onSuccess(
            listening -> {
              log.atInfo()
                  .addKeyValue("gateway", name)
                  .addKeyValue("port", port().orElse(0))
                  .log("gateway started");
            });
  }

  private Future<Void> listen(Optional<LoopServer> door) {
    return door.map(each -> each.start().onSuccess(listening -> closeLater(each::stop)))
        .orElseGet(Future::succeededFuture);
  }

  private Future<Void> startOn(Bus bus, GatewayProducers producers) {
    closeLater(producers::close);
    if (stopping) {
      return Future.failedFuture(STOPPED);
    }
    access.onChange(authorities::changed);
    TopicTail accessTail = bus.accessTail(access);
    closeLater(accessTail::close);
    TopicTail gatewaysTail =
        bus.tail(
            Topic.GATEWAYS,
            Set.of(0),
            new TopicTail.Start.Recent(Neighbours.BEAT_AGE_MAX),
            this::gatewaySaid,
            this::resumeAll);
    closeLater(gatewaysTail::close);
    return Future.all(accessTail.start(), gatewaysTail.start())
        .compose(read -> bus.partitionsOf(Topic.INBOX))
        .map(partitions -> new InboxAddress(neighbours.leastUsed(partitions), name))
        .compose(address -> startAt(address, bus, producers, accessTail));
  }

  private Future<Void> startAt(
      InboxAddress address, Bus bus, GatewayProducers producers, TopicTail accessTail) {
    var made =
        new GatewayCore(
            vertx,
            config,
            address,
            producers,
            access,
            allowances,
            authorities,
            tracing,
            health,
            meters);
    TopicTail inboxTail =
        bus.tail(
            Topic.INBOX,
            Set.of(address.partition()),
            new TopicTail.Start.End(),
            made.inbox()::accept,
            this::resumeAll);
    closeLater(inboxTail::close);
    return inboxTail.start().compose(placed -> open(made, accessTail));
  }

  private Future<Void> open(GatewayCore made, TopicTail accessTail) {
    closeLater(made.heartbeat()::cancel);
    return made.heartbeat()
        .start()
        .compose(beating -> stopping ? Future.failedFuture(STOPPED) : Future.succeededFuture())
        .onSuccess(
            beating -> {
              core = Optional.of(made);
              access.onChange(this::accessChanged);
              long timer =
                  vertx.setPeriodic(
                      made.sweepInterval().toMillis(), id -> made.sweep(accessTail.sinceContact()));
              made.limits().start();
              closeLater(made.limits()::stop);
              closeLater(
                  () -> {
                    vertx.cancelTimer(timer);
                    return Future.succeededFuture();
                  });
              log.atInfo().addKeyValue("address", made.address()).log("inbox chosen");
            })
        .mapEmpty();
  }

  /// Has a part closed at the stop; at once where the stop came first.
  private void closeLater(Supplier<Future<Void>> part) {
    if (stopping) {
      part.get().onFailure(cause -> log.atWarn().setCause(cause).log(NOT_CLOSED));
    } else {
      closing.add(part);
    }
  }

  private void gatewaySaid(ReceivedRecord record) {
    if (!record.key().startsWith(GatewayMessage.SHARES_KEY)) {
      neighbours.accept(record);
    } else if (allowances.accept(GatewayMessage.decode(record))) {
      core.ifPresent(running -> running.limits().changed());
    }
  }

  private void accessChanged(AccessMessage message) {
    core.ifPresent(running -> running.accessChanged(message));
  }

  /// The others may have forgotten our sessions.
  private void resumeAll() {
    core.ifPresent(running -> running.announcer().resumeAll());
  }

  /// Sessions first, then their ends on the bus, then the gateway's own: each within its share of
  /// the time.
  private Future<Void> drain() {
    if (core.isEmpty()) {
      return Future.succeededFuture();
    }
    GatewayCore running = core.get();
    long thirdMillis = config.drainTimeout().toMillis() / 3;
    running.heartbeat().draining();
    var _ = running.limits().leave();
    return running
        .drain()
        .closeAll(Duration.ofMillis(thirdMillis))
        .compose(closed -> within(running.tombstones().allAcknowledged(), thirdMillis))
        .recover(cause -> logged("the bus does not know of the end of all sessions", cause))
        .compose(buried -> within(running.heartbeat().stop(), thirdMillis))
        .recover(cause -> logged("the bus does not know that this gateway stopped", cause));
  }

  private Future<Void> closeAll() {
    core = Optional.empty();
    Future<Void> closed = Future.succeededFuture();
    for (Supplier<Future<Void>> part : closing.reversed()) {
      closed =
          closed
              .compose(nothing -> within(part.get(), CLOSE_TIMEOUT.toMillis()))
              .recover(cause -> logged(NOT_CLOSED, cause));
    }
    return closed.onComplete(done -> closing.clear());
  }

  private static Future<Void> within(Future<Void> future, long millis) {
    return future.timeout(millis, TimeUnit.MILLISECONDS);
  }

  private static Future<Void> logged(String what, Throwable cause) {
    log.atWarn().setCause(cause).log(what);
    return Future.succeededFuture();
  }

  private Future<Void> onContext(Supplier<Future<Void>> task) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(nothing -> task.get().onComplete(done));
    return done.future();
  }
}
