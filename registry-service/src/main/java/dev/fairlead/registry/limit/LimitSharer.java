package dev.fairlead.registry.limit;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.GatewayMessage.TenantShares;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what tenants use at all processes, and shares out what they have together more than half
/// of. Any number of registries may do so side by side: they say the same. All state but the board
/// is confined to the context of the constructor's caller.
public final class LimitSharer {

  private static final Logger log = LoggerFactory.getLogger(LimitSharer.class);
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Function<BusRecord, ? extends Future<?>> writer;
  private final LimitSettings settings;
  private final AccessView access;
  private final MeterRegistry meters;
  private final UseBoard board;
  private final TopicTail tail;
  private long timer = NO_TIMER;

  /// Those that were given shares in the round before.
  private Set<String> sharing = Set.of();

  /// Makes one that does nothing yet.
  ///
  /// @param writer gives a record to the bus
  /// @param access what tenants have instead of the defaults
  public LimitSharer(
      Vertx vertx,
      Bus bus,
      Function<BusRecord, ? extends Future<?>> writer,
      LimitSettings settings,
      AccessView access,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.writer = writer;
    this.settings = settings;
    this.access = access;
    this.meters = meters;
    this.board = new UseBoard(settings.shareInterval());
    this.tail =
        bus.tail(
            Topic.GATEWAYS,
            Set.of(0),
            new TopicTail.Start.Recent(settings.shareInterval()),
            this::read,
            () -> {});
  }

  /// Begins.
  ///
  /// @return completes when what was told lately is known
  public Future<Void> start() {
    return tail.start()
        .onSuccess(
            read -> timer = vertx.setPeriodic(settings.shareInterval().toMillis(), id -> share()));
  }

  /// Ends.
  public Future<Void> close() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
    return tail.close();
  }

  /// The limits of a tenant.
  Limits limits(TenantId tenant) {
    return settings.defaults().with(access.limits(tenant));
  }

  /// What a tenant uses at all processes together, as it was told last. Any thread.
  Map<Limit, Double> used(TenantId tenant) {
    return board.of(tenant, System.nanoTime());
  }

  private void read(ReceivedRecord record) {
    if (record.key().startsWith(GatewayMessage.USE_KEY)) {
      take(GatewayMessage.decode(record));
    }
  }

  private void take(GatewayMessage message) {
    switch (message) {
      case GatewayMessage.TenantUse use -> board.told(use, System.nanoTime());
      case GatewayMessage.UseEnded ended -> board.ended(ended.process());
      case GatewayMessage.GatewayBeat _,
          GatewayMessage.GatewayStopped _,
          GatewayMessage.GatewayLost _,
          GatewayMessage.RegistryBeat _,
          GatewayMessage.TenantShares _ -> {
        // Others listen to these.
      }
    }
  }

  private void share() {
    ShareRound round = ShareRound.of(board.current(System.nanoTime()), this::limits);
    round
        .exceeded()
        .forEach(
            limit -> meters.counter("registry.limits.exceeded", "limit", limit.word()).increment());
    Set<String> now = new HashSet<>();
    for (TenantShares shares : round.shares()) {
      if (!shares.shares().isEmpty()) {
        now.add(shares.process());
        send(shares);
      } else if (sharing.contains(shares.process())) {
        send(shares);
      }
    }
    // Those that are gone need their shares no more; the topic should not keep them.
    sharing.stream()
        .filter(process -> round.shares().stream().noneMatch(one -> one.process().equals(process)))
        .forEach(process -> send(new TenantShares(process, List.of())));
    sharing = Set.copyOf(now);
  }

  private void send(TenantShares shares) {
    writer
        .apply(shares.toRecord())
        .onFailure(cause -> log.atWarn().setCause(cause).log("shares not told"));
  }
}
