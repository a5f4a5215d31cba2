package dev.fairlead.registry.gatewaywatch;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.producer.BusProducer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Beats, reads the beats of all, and has [GatewayWatch] tell which gateways are lost. Any number
/// of registries may do so side by side: to declare a gateway lost twice does no harm.
///
/// All state is confined to one Vert.x context, that of the constructor's caller.
public final class GatewayWatcher {

  private static final Logger log = LoggerFactory.getLogger(GatewayWatcher.class);

  private static final String CONSUMER = "registry-gateways";
  private static final int PATIENCE_INTERVALS = 3;
  private static final Duration PATIENCE_MIN = Duration.ofSeconds(2);
  private static final int LOOK_UP_INTERVALS = 5;

  private final Vertx vertx;
  private final Context context;
  private final BusProducer producer;
  private final DeadLetters deadLetters;
  private final PgGatewaySessions sessions;
  private final GatewayWatch watch;
  private final TopicTail tail;
  private final Duration interval;
  private final String name = "registry-" + UUID.randomUUID();
  private final Counter lost;
  private final Counter ended;
  private long timer;
  private long ticks;
  private boolean lookingUp;
  private boolean closed;

  /// Makes a watcher that does nothing yet.
  ///
  /// @param beatsUntilLost how many beats of ours a gateway may miss
  /// @param interval between two beats of ours
  /// @param clock for the times in tombstones
  public GatewayWatcher(
      Vertx vertx,
      Bus bus,
      BusProducer producer,
      DeadLetters deadLetters,
      Pool pool,
      PgOutbox outbox,
      int beatsUntilLost,
      Duration interval,
      InstantSource clock,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.producer = producer;
    this.deadLetters = deadLetters;
    this.sessions = new PgGatewaySessions(pool, outbox, clock);
    this.watch = new GatewayWatch(beatsUntilLost, patience(interval), monotonous());
    this.tail =
        bus.tail(Topic.GATEWAYS, Set.of(0), new TopicTail.Start.End(), this::read, watch::gap);
    this.interval = interval;
    this.lost = meters.counter("registry.gateways.lost");
    this.ended = meters.counter("registry.gateways.lost.sessions");
  }

  /// Begins to read and to beat.
  ///
  /// @return completes when the place to begin reading is fixed
  public Future<Void> start() {
    Promise<Void> started = Promise.promise();
    context.runOnContext(
        nothing -> {
          timer = vertx.setPeriodic(interval.toMillis(), id -> tick());
          tail.start().onComplete(started);
        });
    return started.future();
  }

  /// Stops beating and reading.
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        nothing -> {
          closed = true;
          vertx.cancelTimer(timer);
          tail.close().onComplete(done);
        });
    return done.future();
  }

  private void tick() {
    if (closed) {
      return;
    }
    if (ticks % LOOK_UP_INTERVALS == 0) {
      lookUp();
    }
    ticks++;
    if (watch.tick(monotonous())) {
      beat(watch.begin(monotonous()));
    }
  }

  private void beat(long sequence) {
    sessions
        .commit()
        .compose(
            nothing -> producer.send(new GatewayMessage.RegistryBeat(name, sequence).toRecord()))
        .onSuccess(position -> watch.accepted(sequence))
        .onFailure(
            cause -> {
              log.atWarn().setCause(cause).log("no beat, gateways cannot be told to be lost now");
              watch.failed(sequence);
            });
  }

  private void lookUp() {
    if (lookingUp) {
      return;
    }
    lookingUp = true;
    sessions
        .gateways()
        .onSuccess(watch::watch)
        .onFailure(cause -> log.atWarn().setCause(cause).log("gateways not looked up"))
        .onComplete(any -> lookingUp = false);
  }

  private void read(ReceivedRecord record) {
    GatewayMessage message;
    try {
      message = GatewayMessage.decode(record);
    } catch (MalformedRecordException e) {
      deadLetters
          .put(record, CONSUMER, String.valueOf(e.getMessage()))
          .onFailure(cause -> log.atWarn().setCause(cause).log("dead letter lost"));
      return;
    }
    switch (message) {
      case GatewayMessage.GatewayBeat beat -> watch.heard(beat.address().gateway());
      case GatewayMessage.GatewayStopped stopped -> watch.gone(stopped.gateway());
      case GatewayMessage.GatewayLost gone -> watch.gone(gone.gateway());
      case GatewayMessage.RegistryBeat beat -> {
        if (beat.registry().equals(name)) {
          watch.readBack(beat.sequence(), monotonous()).forEach(this::declareLost);
        }
      }
      case GatewayMessage.TenantUse _, GatewayMessage.UseEnded _, GatewayMessage.TenantShares _ -> {
        // Limits, which say nothing of who lives.
      }
    }
  }

  private void declareLost(String gateway) {
    log.atWarn().addKeyValue("gateway", gateway).log("gateway lost, its sessions are ended");
    lost.increment();
    sessions
        .declareLost(gateway)
        .onSuccess(
            count -> {
              ended.increment(count);
              log.atInfo()
                  .addKeyValue("gateway", gateway)
                  .addKeyValue("sessions", count)
                  .log("sessions of a lost gateway ended");
            })
        .onFailure(
            cause -> {
              // Its sessions bring it back into the watch.
              log.atWarn()
                  .addKeyValue("gateway", gateway)
                  .setCause(cause)
                  .log("sessions of a lost gateway not ended, will be tried again");
              watch.gap();
            });
  }

  private static Duration patience(Duration interval) {
    Duration patience = interval.multipliedBy(PATIENCE_INTERVALS);
    return patience.compareTo(PATIENCE_MIN) < 0 ? PATIENCE_MIN : patience;
  }

  /// Never goes back and is never set, unlike the clock of the day.
  private static Instant monotonous() {
    return Instant.EPOCH.plusNanos(System.nanoTime());
  }
}
