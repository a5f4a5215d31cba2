package dev.fairlead.gateway.membership;

import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.gateway.session.BusWriter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says on the bus, again and again, that this gateway lives. One beat is under way at a time.
/// Confined to the context that starts it.
public final class Heartbeat {

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  private final Vertx vertx;
  private final BusWriter writer;
  private final InboxAddress address;
  private final Duration interval;
  private final IntSupplier sessions;

  private long timer = -1;
  private boolean cancelled;
  private boolean draining;
  private boolean underWay;
  private long sentNanos;

  /// @param sessions how many there are now
  public Heartbeat(
      Vertx vertx,
      BusWriter writer,
      InboxAddress address,
      Duration interval,
      IntSupplier sessions) {
    this.vertx = vertx;
    this.writer = writer;
    this.address = address;
    this.interval = interval;
    this.sessions = sessions;
  }

  /// Begins to beat.
  ///
  /// @return completes when the bus has the first beat
  public Future<Void> start() {
    if (cancelled) {
      return Future.failedFuture("cancelled");
    }
    timer = vertx.setPeriodic(interval.toMillis(), id -> beat());
    return beat();
  }

  /// From now on says that this gateway is on its way out.
  public void draining() {
    draining = true;
    beat();
  }

  /// Beats no more, and says that this gateway has stopped in order.
  ///
  /// @return completes when the bus has it
  public Future<Void> stop() {
    var _ = cancel();
    return writer.send(new GatewayMessage.GatewayStopped(address.gateway()).toRecord()).mapEmpty();
  }

  /// Beats no more, without a word.
  public Future<Void> cancel() {
    cancelled = true;
    vertx.cancelTimer(timer);
    return Future.succeededFuture();
  }

  /// How long the beat under way has been waiting; zero when there is none.
  public Duration waiting() {
    return underWay ? Duration.ofNanos(System.nanoTime() - sentNanos) : Duration.ZERO;
  }

  private Future<Void> beat() {
    if (underWay) {
      return Future.succeededFuture();
    }
    underWay = true;
    sentNanos = System.nanoTime();
    return writer
        .send(new GatewayMessage.GatewayBeat(address, sessions.getAsInt(), draining).toRecord())
        .onComplete(done -> underWay = false)
        .onFailure(cause -> log.atWarn().setCause(cause).log("beat not sent"))
        .mapEmpty();
  }
}
