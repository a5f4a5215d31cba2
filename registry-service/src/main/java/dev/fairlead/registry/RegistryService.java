package dev.fairlead.registry;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.consumer.GroupConsumer;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.postgres.PgApiKeyUses;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.registry.access.AccessKeeper;
import dev.fairlead.registry.access.PgAccess;
import dev.fairlead.registry.alert.AlertRoutes;
import dev.fairlead.registry.alert.PgAlertRetention;
import dev.fairlead.registry.apikey.ApiKeyRoutes;
import dev.fairlead.registry.apikey.PgApiKeys;
import dev.fairlead.registry.audit.Audit;
import dev.fairlead.registry.bulk.Bulk;
import dev.fairlead.registry.certificate.AuthorityRoutes;
import dev.fairlead.registry.certificate.CertificateRoutes;
import dev.fairlead.registry.certificate.PgAuthorities;
import dev.fairlead.registry.certificate.PgCertificates;
import dev.fairlead.registry.certificate.PgRenewals;
import dev.fairlead.registry.change.Changes;
import dev.fairlead.registry.command.PgCommandEnds;
import dev.fairlead.registry.contractpage.ContractPage;
import dev.fairlead.registry.count.CountRoutes;
import dev.fairlead.registry.credential.Credentials;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.credential.PersonTokens;
import dev.fairlead.registry.credential.PgEncrypted;
import dev.fairlead.registry.credential.PgSigningKeyKeeper;
import dev.fairlead.registry.credential.PgSigningKeys;
import dev.fairlead.registry.device.DeviceRoutes;
import dev.fairlead.registry.device.PgTenantDevices;
import dev.fairlead.registry.devicetype.DeviceTypeRoutes;
import dev.fairlead.registry.devicetype.PgTypeSchemas;
import dev.fairlead.registry.enrolment.Enrolments;
import dev.fairlead.registry.event.PgEvents;
import dev.fairlead.registry.gatewaywatch.GatewayWatcher;
import dev.fairlead.registry.group.GroupRoutes;
import dev.fairlead.registry.knowledge.KnowledgeRoutes;
import dev.fairlead.registry.limit.LimitRoutes;
import dev.fairlead.registry.limit.LimitSharer;
import dev.fairlead.registry.limit.PgDeviceQuota;
import dev.fairlead.registry.map.MapRoutes;
import dev.fairlead.registry.presence.FlappingSweep;
import dev.fairlead.registry.presence.PgSessions;
import dev.fairlead.registry.presence.PresenceRoutes;
import dev.fairlead.registry.reject.RejectRoutes;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.registry.row.Published;
import dev.fairlead.registry.rule.RuleRoutes;
import dev.fairlead.registry.rule.RuleSweep;
import dev.fairlead.registry.signin.SignIn;
import dev.fairlead.registry.telemetry.Telemetry;
import dev.fairlead.registry.tenant.PgTenantRemoval;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.registry.tenant.TenantRoutes;
import dev.fairlead.registry.tenant.TenantSweep;
import dev.fairlead.registry.twin.DesiredSweep;
import dev.fairlead.registry.twin.PgDesiredMail;
import dev.fairlead.registry.twin.TwinRoutes;
import dev.fairlead.registry.webhook.Webhooks;
import dev.fairlead.runtime.audit.AuditLog;
import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.database.PgProblems;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Authenticator;
import dev.fairlead.runtime.http.HttpServers;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.problem.Problems;
import dev.fairlead.runtime.process.Service;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The registry, put together. With an HTTP server of its own where the configuration names one,
/// and in any case with a handler for requests that come in elsewhere.
///
/// Everything it makes lives on one Vert.x context, chosen when it is made.
public final class RegistryService implements Service {

  private static final Logger log = LoggerFactory.getLogger(RegistryService.class);

  private static final long PRODUCER_BUDGET_BYTES = 16L * 1024 * 1024;
  private static final Set<Topic> WRITTEN =
      EnumSet.of(
          Topic.SESSIONS,
          Topic.INBOX,
          Topic.GATEWAYS,
          Topic.ACCESS,
          Topic.DEVICES,
          Topic.AUDIT,
          Topic.DEAD_LETTERS);
  /// A tenth of a second is nothing to somebody who looks at a view, and saves most transactions
  /// where devices say something one after another.
  private static final Duration VIEW_REST = Duration.ofMillis(100);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final Context context;
  private final RegistryConfig config;
  private final MeterRegistry meters;
  private final Tracing tracing;
  private final Health health = new Health();
  private final InstantSource clock = InstantSource.system();
  private final Problems problems;

  /// What was started, the latest first; confined to the context.
  private final Deque<Supplier<Future<Void>>> started = new ArrayDeque<>();

  private volatile @Nullable Handler<HttpServerRequest> api;
  private volatile int httpPort = NO_PORT;

  private static final int NO_PORT = -1;

  /// Makes a service that does nothing yet.
  ///
  /// @param vertx stays the caller's to close
  /// @param meters where it counts
  public RegistryService(Vertx vertx, RegistryConfig config, MeterRegistry meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.config = config;
    this.meters = meters;
    this.tracing = Tracing.of(config.tracing(), RegistryConfig.SERVICE, meters);
    this.problems = new Problems(meters, new PgProblems());
  }

  @Override
  public Future<Void> start() {
    return onContext(() -> migrate().compose(nothing -> startParts()));
  }

  @Override
  public Future<Void> stop() {
    return onContext(this::stopNext);
  }

  @Override
  public Health health() {
    return health;
  }

  /// Serves the requests of the registry's part of the URL map, on the context of each request. Can
  /// be taken before the start; until then it answers 503.
  public Handler<HttpServerRequest> requestHandler() {
    return request -> {
      Handler<HttpServerRequest> ready = api;
      if (ready == null) {
        problems.answer(
            request,
            Problem.of(ProblemType.STARTING, "The registry is not ready yet.")
                .retryAfter(RETRY_AFTER));
      } else {
        ready.handle(request);
      }
    };
  }

  /// The port of its own HTTP server; empty without one and before the start.
  public OptionalInt httpPort() {
    return httpPort == NO_PORT ? OptionalInt.empty() : OptionalInt.of(httpPort);
  }

  private Future<Void> migrate() {
    return config.database().migrateOnStart()
        ? Migrations.run(vertx, config.database(), RegistryConfig.SERVICE).mapEmpty()
        : Future.succeededFuture();
  }

  private Future<Void> startParts() {
    Pool pool =
        PgPools.create(vertx, config.database(), RegistryConfig.SERVICE, RegistryConfig.SERVICE);
    onStop(pool::close);
    onStop(tracing::close);
    Bus bus = new Bus(vertx, config.bus(), meters, health, tracing);
    onStop(bus::close);
    return bus.start()
        .compose(nothing -> bus.producer(ProducerProfile.PROMPT, PRODUCER_BUDGET_BYTES, WRITTEN))
        .compose(producer -> startParts(pool, bus, producer));
  }

  private Future<Void> startParts(Pool pool, Bus bus, BusProducer producer) {
    onStop(producer::close);
    PgOutbox outbox = new PgOutbox(vertx, pool, producer, RegistryConfig.SERVICE, meters);
    outbox.start();
    onStop(outbox::close);
    AccessView view = new AccessView(clock);
    MasterKey master = config.opener();
    PgSigningKeys keys = new PgSigningKeys(master);
    PgAccess access = new PgAccess(pool, outbox, keys, config.adminKey(), clock);
    return PgEncrypted.renew(pool, master)
        .compose(nothing -> Audit.open(vertx, pool, master, config.auditRetention(), clock))
        .onSuccess(audit -> onStop(audit::close))
        .compose(
            audit ->
                startAccess(bus, view, access)
                    .compose(
                        published ->
                            startParts(pool, bus, producer, outbox, view, audit, keys, published)));
  }

  private Future<Void> startParts(
      Pool pool,
      Bus bus,
      BusProducer producer,
      PgOutbox outbox,
      AccessView view,
      Audit audit,
      PgSigningKeys keys,
      PgAccess.Published published) {
    DeadLetters deadLetters = new DeadLetters(producer, meters);
    Credentials credentials =
        new Credentials(
            vertx,
            pool,
            outbox,
            keys,
            published.keys(),
            new PgSigningKeyKeeper.Lifetimes(
                config.signingKeyLifetime(), config.deviceTokenLifetime()),
            producer::send,
            clock,
            meters);
    credentials.start();
    onStop(credentials::close);
    PgDeviceQuota quota = new PgDeviceQuota(config.limits().defaults());
    Enrolments enrolments =
        Enrolments.open(
            vertx, pool, outbox, credentials.tokens(), quota, config.enrolment(), clock, meters);
    onStop(enrolments::close);
    onStop(new PgApiKeyUses(vertx, pool, outbox, view.apiKeyUses())::close);
    LongQueries longQueries = longQueries();
    onStop(new PgAlertRetention(vertx, pool, config.alerts().retention(), clock)::close);
    onStop(new RuleSweep(vertx, pool, longQueries, config.alerts(), clock)::close);
    Published news = new Published(outbox);
    PgTenantRemoval removal = new PgTenantRemoval(pool, clock);
    onStop(
        new TenantSweep(vertx, removal, new PgTenantDevices(pool, credentials.tokens(), clock))
            ::close);
    PgDesiredMail desired = new PgDesiredMail(outbox, meters);
    onStop(new DesiredSweep(vertx, pool, desired)::close);
    onStop(new FlappingSweep(vertx, pool, outbox)::close);
    PgTypeSchemas schemas = new PgTypeSchemas(vertx, meters);
    Changes changes = Changes.open(vertx, pool, outbox, config.changes(), meters);
    onStop(changes::close);
    Webhooks webhooks =
        new Webhooks(vertx, pool, changes, config.opener(), config.webhooks(), clock, meters);
    onStop(webhooks::close);
    Bulk bulk =
        new Bulk(
            vertx, pool, longQueries, outbox, quota, config.bulk(), config.api().service(), clock);
    onStop(bulk::close);
    SignIn signIn = signIn(pool, view, credentials.personTokens());
    Telemetry telemetry = telemetry(pool, deadLetters, schemas, outbox);
    return startConsumers(pool, bus, deadLetters, audit, outbox, desired, schemas, telemetry)
        .compose(nothing -> startWatch(pool, bus, producer, deadLetters, outbox))
        .compose(nothing -> startSharing(bus, producer, view))
        .compose(
            sharer ->
                startApi(
                    List.of(
                        new DeviceRoutes(
                                pool, longQueries, outbox, quota, credentials.tokens(), clock)
                            ::bind,
                        new TwinRoutes(pool, desired, schemas, clock)::bind,
                        new PresenceRoutes(pool)::bind,
                        new DeviceTypeRoutes(pool, outbox, clock)::bind,
                        new RejectRoutes(pool)::bind,
                        new AlertRoutes(pool, longQueries, clock)::bind,
                        new KnowledgeRoutes(pool, clock)::bind,
                        new CountRoutes(longQueries, clock)::bind,
                        new MapRoutes(pool, longQueries, config.map(), clock)::bind,
                        new RuleRoutes(pool, clock)::bind,
                        telemetry.routes(longQueries)::bind,
                        credentials.routes()::bind,
                        enrolments::bind,
                        new GroupRoutes(pool, news, clock)::bind,
                        changes.routes()::bind,
                        webhooks.routes()::bind,
                        bulk::bind,
                        new ApiKeyRoutes(new PgApiKeys(pool), news, clock)::bind,
                        new TenantRoutes(
                                new PgTenants(
                                    pool, config.limits().defaults(), config.auditRetention()),
                                removal,
                                news,
                                clock)
                            ::bind,
                        new LimitRoutes(pool, sharer)::bind,
                        new CertificateRoutes(
                                new PgCertificates(pool, config.opener()),
                                news,
                                config.deviceCertificateLifetime(),
                                clock)
                            ::bind,
                        new AuthorityRoutes(new PgAuthorities(pool), news, clock)::bind,
                        audit.routes(longQueries)::bind,
                        signIn::bind),
                    new PgAudit(pool, outbox),
                    signIn.authenticator()));
  }

  private Telemetry telemetry(
      Pool pool, DeadLetters deadLetters, PgTypeSchemas schemas, PgOutbox outbox) {
    Pool budgeted =
        PgPools.create(
            vertx,
            config.database().withPoolSize(Telemetry.CONNECTIONS),
            RegistryConfig.SERVICE + "-telemetry",
            RegistryConfig.SERVICE);
    onStop(budgeted::close);
    Telemetry telemetry =
        new Telemetry(
            vertx, pool, budgeted, deadLetters, schemas, outbox, config.telemetry(), clock, meters);
    onStop(telemetry::close);
    return telemetry;
  }

  private LongQueries longQueries() {
    int connections = 2 * Math.ceilDiv(3 * config.database().poolSize(), 8);
    Pool pool =
        PgPools.create(
            vertx,
            config.database().withPoolSize(connections),
            RegistryConfig.SERVICE + "-long",
            RegistryConfig.SERVICE);
    onStop(pool::close);
    return LongQueries.over(pool, connections);
  }

  private Future<PgAccess.Published> startAccess(Bus bus, AccessView view, PgAccess access) {
    TopicTail tail = bus.accessTail(view);
    onStop(tail::close);
    AccessKeeper keeper = new AccessKeeper(vertx, view, access, config.adminKey());
    onStop(keeper::close);
    return tail.start().compose(nothing -> keeper.start());
  }

  private SignIn signIn(Pool pool, AccessView view, PersonTokens tokens) {
    SignIn signIn = new SignIn(vertx, pool, config.signIn(), view, tokens, clock);
    onStop(signIn::close);
    return signIn;
  }

  private Future<Void> startConsumers(
      Pool pool,
      Bus bus,
      DeadLetters deadLetters,
      Audit audit,
      PgOutbox outbox,
      PgDesiredMail desired,
      PgTypeSchemas schemas,
      Telemetry telemetry) {
    List<Feed> feeds =
        new ArrayList<>(
            List.of(
                PgSessions.feed(pool, deadLetters, config.flapping(), outbox, desired, meters),
                PgEvents.feed(
                    pool,
                    deadLetters,
                    new PgRenewals(
                        new PgCertificates(pool, config.opener()),
                        config.deviceCertificateLifetime(),
                        outbox,
                        meters),
                    desired,
                    schemas,
                    meters),
                PgCommandEnds.feed(pool, deadLetters, outbox),
                audit.feed(deadLetters)));
    feeds.addAll(telemetry.feeds());
    List<Future<?>> joined = new ArrayList<>();
    for (Feed feed : feeds) {
      GroupConsumer consumer =
          bus.groupConsumer(
              feed.consumer(), feed.topic(), feed.offsets(), feed.handler(), VIEW_REST);
      onStop(consumer::close);
      joined.add(consumer.start());
    }
    return Future.all(joined).mapEmpty();
  }

  private Future<Void> startWatch(
      Pool pool, Bus bus, BusProducer producer, DeadLetters deadLetters, PgOutbox outbox) {
    GatewayWatcher watcher =
        new GatewayWatcher(
            vertx,
            bus,
            producer,
            deadLetters,
            pool,
            outbox,
            config.gatewayLostBeats(),
            config.gatewayBeatInterval(),
            clock,
            meters);
    onStop(watcher::close);
    return watcher.start();
  }

  private Future<LimitSharer> startSharing(Bus bus, BusProducer producer, AccessView view) {
    LimitSharer sharer = new LimitSharer(vertx, bus, producer::send, config.limits(), view, meters);
    onStop(sharer::close);
    return sharer.start().map(sharer);
  }

  private Future<Void> startApi(
      List<Consumer<ApiRouter.Builder>> features, AuditLog audit, Authenticator authenticator) {
    return ApiRouter.load(vertx, RegistryConfig.SERVICE + "/openapi.yaml", config.api())
        .compose(
            builder -> {
              features.forEach(feature -> feature.accept(builder));
              builder.tracing(tracing);
              api =
                  new ContractPage(builder.build(authenticator, audit, problems, meters), problems);
              return config
                  .http()
                  .map(
                      http ->
                          HttpServers.listen(vertx, http, requestHandler())
                              .onSuccess(
                                  server -> {
                                    httpPort = server.actualPort();
                                    onStop(server::close);
                                  })
                              .<Void>mapEmpty())
                  .orElse(Future.succeededFuture());
            });
  }

  private void onStop(Supplier<Future<Void>> close) {
    started.push(close);
  }

  /// Closes what was started last, whatever becomes of it, and goes on with the one before.
  private Future<Void> stopNext() {
    Supplier<Future<Void>> close = started.poll();
    return close == null
        ? Future.succeededFuture()
        : close
            .get()
            .recover(
                cause -> {
                  log.atWarn().setCause(cause).log("part of the stop failed");
                  return Future.succeededFuture();
                })
            .compose(nothing -> stopNext());
  }

  private Future<Void> onContext(Supplier<Future<Void>> work) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(nothing -> work.get().onComplete(done));
    return done.future();
  }
}
