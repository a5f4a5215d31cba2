package dev.fairlead.command;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.consumer.GroupConsumer;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.command.api.CommandRoutes;
import dev.fairlead.command.api.RequestReader;
import dev.fairlead.command.batch.BatchRoutes;
import dev.fairlead.command.batch.RegistryFilters;
import dev.fairlead.command.cancellation.Cancellations;
import dev.fairlead.command.device.KnownDevices;
import dev.fairlead.command.dispatch.CommandDispatcher;
import dev.fairlead.command.dispatch.CommandSender;
import dev.fairlead.command.dispatch.ExpirySweeper;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.limit.CommandShares;
import dev.fairlead.command.stream.CommandStreamRoutes;
import dev.fairlead.command.stream.PgCommandFeeds;
import dev.fairlead.command.submission.SubmissionGroups;
import dev.fairlead.command.submission.Submitter;
import dev.fairlead.command.waiting.Waiters;
import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.database.PgProblems;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.http.ApiRouter;
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
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The command service: takes commands over HTTP, keeps them in PostgreSQL, sends them to gateways
/// and takes the devices' replies over the bus. Any number of them share one database and one bus.
public final class CommandService implements Service {

  /// The schema of the service, and the place of its resources.
  static final String SCHEMA = "command";

  private static final Logger log = LoggerFactory.getLogger(CommandService.class);

  /// What may be on its way to the bus; beyond it, commands stay due.
  private static final long BUS_BUDGET_BYTES = 32L * 1024 * 1024;

  /// How long a stop waits for answers that are under way.
  private static final long ANSWERS_SECONDS = 5;

  /// Of the consumer of sessions, which come by the thousands when a gateway dies.
  private static final Duration SESSIONS_REST = Duration.ofMillis(100);

  private final Vertx vertx;
  private final CommandConfig config;
  private final MeterRegistry meters;
  private final Tracing tracing;
  private final Health health = new Health();
  private final Problems problems;
  private final Deque<Supplier<Future<Void>>> closers = new ArrayDeque<>();
  private volatile @Nullable Handler<HttpServerRequest> router;
  private volatile @Nullable HttpServer server;

  /// Makes a service that does nothing yet.
  public CommandService(Vertx vertx, CommandConfig config, MeterRegistry meters) {
    this.vertx = vertx;
    this.config = config;
    this.meters = meters;
    this.tracing = Tracing.of(config.tracing(), SCHEMA, meters);
    this.problems = new Problems(meters, new PgProblems());
  }

  @Override
  public Future<Void> start() {
    Promise<Void> started = Promise.promise();
    // One context for all that the service does by itself; requests have their own threads.
    Context context = vertx.getOrCreateContext();
    context.runOnContext(_ -> migrate().compose(_ -> assemble()).onComplete(started));
    return started.future();
  }

  private Future<?> migrate() {
    return config.database().migrateOnStart()
        ? Migrations.run(vertx, config.database(), SCHEMA)
        : Future.succeededFuture();
  }

  private Future<Void> assemble() {
    Waiters waiters = new Waiters(CommandConfig.WAITERS_MAX, meters);
    PgBackend database =
        new PgBackend(vertx, config.database(), config.commands(), waiters, meters);
    closing(database::close);
    closing(tracing::close);
    Bus bus = new Bus(vertx, config.bus(), meters, health, tracing);
    closing(bus::close);
    AccessView access = new AccessView(InstantSource.system());
    return bus.start()
        .compose(_ -> followAccess(bus, access))
        .compose(
            _ ->
                bus.producer(
                    ProducerProfile.PROMPT,
                    BUS_BUDGET_BYTES,
                    Set.of(
                        Topic.INBOX,
                        Topic.COMMANDS,
                        Topic.AUDIT,
                        Topic.GATEWAYS,
                        Topic.DEAD_LETTERS)))
        .compose(producer -> assemble(bus, producer, database, waiters, access));
  }

  private Future<Void> followAccess(Bus bus, AccessView access) {
    TopicTail tail = bus.accessTail(access);
    closing(tail::close);
    return tail.start();
  }

  private Future<Void> assemble(
      Bus bus, BusProducer producer, PgBackend database, Waiters waiters, AccessView access) {
    closing(producer::close);
    PgOutbox outbox = database.outbox(vertx, producer, meters);
    outbox.start();
    closing(outbox::close);
    closing(database.keyUses(vertx, outbox, access)::close);
    CommandSender sender = new CommandSender(producer, database.dispatch, tracing, meters);
    CommandDispatcher dispatcher = new CommandDispatcher(vertx, database.dispatch, sender, health);
    closing(dispatcher::close);
    // What waited for those that ended can be sent now.
    Consumer<Collection<CommandId>> ended =
        ids -> {
          database.notices.ended(ids);
          dispatcher.poke();
        };
    ExpirySweeper sweeper = new ExpirySweeper(vertx, database.expiry, health, meters, ended);
    closing(sweeper::close);
    DeadLetters deadLetters = new DeadLetters(producer, meters);
    follow(bus, Topic.DEVICES, database.followDevices(deadLetters));
    follow(bus, Topic.SESSIONS, database.followSessions(deadLetters, dispatcher::poke));
    follow(bus, Topic.REPLIES, database.followReplies(deadLetters, tracing, meters, ended));
    database.notices.start();
    dispatcher.start();
    sweeper.start();
    CommandShares shares =
        new CommandShares(vertx, bus, producer::send, config.limits(), access, meters);
    closing(shares::close);
    KnownDevices devices = new KnownDevices(vertx, bus.admin(), database.devices);
    RequestReader reader = new RequestReader(InstantSource.system(), config.commands());
    Submitter submitter = new Submitter(shares.pace(), sender, dispatcher, database.notices);
    Cancellations cancellations =
        new Cancellations(database.cancellations, sender, dispatcher, database.notices);
    RegistryFilters filters = new RegistryFilters(vertx, config.registry());
    closing(filters::close);
    CommandRoutes routes =
        new CommandRoutes(
            reader,
            database.commands,
            new SubmissionGroups(vertx, database.submissions),
            cancellations,
            devices,
            submitter,
            waiters);
    BatchRoutes batches =
        new BatchRoutes(
            reader,
            database.batchStarts,
            database.submissions,
            database.batches,
            cancellations,
            devices,
            filters,
            submitter);
    PgCommandFeeds feeds = database.feeds(vertx, config.changes(), meters);
    closing(feeds::close);
    CommandStreamRoutes streams = new CommandStreamRoutes(routes, devices, feeds);
    return shares
        .start()
        .compose(_ -> ApiRouter.load(vertx, SCHEMA + "/openapi.yaml", config.api()))
        .map(
            builder ->
                streams
                    .bind(batches.bind(routes.bind(builder)))
                    .tracing(tracing)
                    .build(access, database.audit(outbox), problems, meters))
        .compose(this::serve)
        .onSuccess(_ -> closing(() -> answerThoseWhoWait(waiters, feeds)));
  }

  /// The first thing in a stop, so that the server can still write the answers.
  private static Future<Void> answerThoseWhoWait(Waiters waiters, PgCommandFeeds feeds) {
    waiters.close();
    return feeds.close();
  }

  /// Joining a group takes its time and is not waited for: the service can answer before.
  private void follow(Bus bus, Topic topic, PgBackend.Consumption consumption) {
    GroupConsumer consumer =
        bus.groupConsumer(
            config.bus().topicPrefix() + "command." + topic.suffix(),
            topic,
            consumption.offsets(),
            consumption.handler(),
            topic == Topic.SESSIONS ? SESSIONS_REST : Duration.ZERO);
    closing(consumer::close);
    consumer
        .start()
        .onSuccess(_ -> log.atInfo().addKeyValue("topic", topic.suffix()).log("following"));
  }

  private Future<Void> serve(ApiRouter ready) {
    router = ready;
    if (config.http().isEmpty()) {
      return Future.succeededFuture();
    }
    return HttpServers.listen(vertx, config.http().get(), requestHandler())
        .onSuccess(
            listening -> {
              server = listening;
              closing(() -> listening.shutdown(ANSWERS_SECONDS, TimeUnit.SECONDS));
            })
        .mapEmpty();
  }

  /// Serves the requests below the paths of this service, on their own contexts; until the service
  /// has started they are answered `starting`.
  public Handler<HttpServerRequest> requestHandler() {
    return request -> {
      Handler<HttpServerRequest> ready = router;
      if (ready == null) {
        problems.answer(
            request, Problem.of(ProblemType.STARTING, "The command service is starting."));
      } else {
        ready.handle(request);
      }
    };
  }

  /// The port of the service's own server; empty when it has none.
  public OptionalInt port() {
    HttpServer listening = server;
    return listening == null ? OptionalInt.empty() : OptionalInt.of(listening.actualPort());
  }

  @Override
  public Future<Void> stop() {
    Future<Void> stopped = Future.succeededFuture();
    for (Supplier<Future<Void>> next = poll(); next != null; next = poll()) {
      Supplier<Future<Void>> closer = next;
      stopped = stopped.compose(_ -> closer.get()).recover(CommandService::logged);
    }
    return stopped;
  }

  private static Future<Void> logged(Throwable cause) {
    log.atWarn().setCause(cause).log("part of the stop failed");
    return Future.succeededFuture();
  }

  private void closing(Supplier<Future<Void>> closer) {
    synchronized (closers) {
      closers.push(closer);
    }
  }

  private @Nullable Supplier<Future<Void>> poll() {
    synchronized (closers) {
      return closers.poll();
    }
  }

  @Override
  public Health health() {
    return health;
  }
}
