package dev.fairlead.bus.allowance;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.GatewayMessage.Use;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says on the bus, again and again, what tenants use at this process. One record is under way at a
/// time. Confined to the context that starts it.
public final class UseReport {

  private static final Logger log = LoggerFactory.getLogger(UseReport.class);
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Function<BusRecord, ? extends Future<?>> writer;
  private final String process;
  private final Duration interval;
  private final Set<Limit> keeps;
  private final Supplier<List<Use>> use;

  private long timer = NO_TIMER;
  private boolean underWay;

  /// @param writer gives a record to the bus
  /// @param process the name of this process among those that share
  /// @param keeps the limits that this process keeps
  /// @param use what is used since it was last asked for; the largest part of a limit first
  public UseReport(
      Vertx vertx,
      Function<BusRecord, ? extends Future<?>> writer,
      String process,
      Duration interval,
      Set<Limit> keeps,
      Supplier<List<Use>> use) {
    this.vertx = vertx;
    this.writer = writer;
    this.process = process;
    this.interval = interval;
    this.keeps = keeps;
    this.use = use;
  }

  /// Begins.
  public void start() {
    timer = vertx.setPeriodic(interval.toMillis(), id -> tell());
  }

  /// Tells no more, and that what was told counts no longer.
  ///
  /// @return completes when the bus has it, or has refused it
  public Future<Void> stop() {
    if (timer == NO_TIMER) {
      return Future.succeededFuture();
    }
    vertx.cancelTimer(timer);
    timer = NO_TIMER;
    return send(new GatewayMessage.UseEnded(process));
  }

  private void tell() {
    if (!underWay) {
      underWay = true;
      List<Use> all = use.get();
      send(new GatewayMessage.TenantUse(
              process, keeps, all.subList(0, Math.min(all.size(), GatewayMessage.ENTRIES_MAX))))
          .onComplete(done -> underWay = false);
    }
  }

  private Future<Void> send(GatewayMessage message) {
    return writer
        .apply(message.toRecord())
        .<Void>mapEmpty()
        .recover(
            cause -> {
              log.atDebug().setCause(cause).log("use not told");
              return Future.succeededFuture();
            });
  }
}
