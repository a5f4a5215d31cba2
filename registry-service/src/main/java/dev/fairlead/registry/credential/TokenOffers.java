package dev.fairlead.registry.credential;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.registry.credential.PgCredentialStore.Offer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives devices new tokens over their live connections: when somebody asks for it, when the key of
/// their token retires, and when their token runs out soon. Goes over all devices a part at a time,
/// and round again. An offer that does not arrive is made again the next day, or in the next
/// session.
final class TokenOffers {

  private static final Logger log = LoggerFactory.getLogger(TokenOffers.class);

  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration LATELY = Duration.ofDays(1);
  private static final int PART = 5_000;

  /// A token is replaced in the last tenth of its life.
  private static final int SOON_DIVISOR = 10;

  private final Vertx vertx;
  private final PgCredentialStore store;
  private final SigningKeyRing ring;
  private final DeviceTokens tokens;
  private final Function<BusRecord, Future<?>> producer;
  private final InstantSource clock;
  private final Counter offered;
  private Optional<DeviceKey> last = Optional.empty();
  private boolean running;
  private long timer = NO_TIMER;

  private static final long NO_TIMER = -1;

  TokenOffers(
      Vertx vertx,
      PgCredentialStore store,
      SigningKeyRing ring,
      DeviceTokens tokens,
      Function<BusRecord, Future<?>> producer,
      InstantSource clock,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.store = store;
    this.ring = ring;
    this.tokens = tokens;
    this.producer = producer;
    this.clock = clock;
    this.offered = meters.counter("registry.tokens.offered");
  }

  void start() {
    timer = vertx.setPeriodic(INTERVAL.toMillis(), id -> tick());
  }

  Future<Void> close() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
    return Future.succeededFuture();
  }

  private void tick() {
    if (running) {
      return;
    }
    running = true;
    goOn()
        .onFailure(cause -> log.atWarn().setCause(cause).log("tokens not offered"))
        .onComplete(done -> running = false);
  }

  /// Takes the next part.
  Future<Void> goOn() {
    Instant now = clock.instant();
    DeviceTokens.Plan plan = tokens.plan(now);
    Duration lifetime = Duration.between(now, plan.expiresAt());
    return store
        .due(
            last,
            ring.retiring(now),
            plan,
            now.plus(lifetime.dividedBy(SOON_DIVISOR)),
            now.minus(LATELY),
            PART)
        .compose(
            part -> {
              last = part.last();
              List<Future<?>> sent = new ArrayList<>(part.offers().size());
              part.offers().forEach(offer -> sent.add(send(offer, plan)));
              return Future.all(sent).mapEmpty();
            });
  }

  /// Completes when the bus has the token.
  Future<Void> send(Offer offer, DeviceTokens.Plan plan) {
    String token = tokens.issue(offer.device(), offer.generation(), plan);
    return producer
        .apply(
            new InboxMessage.Credential(offer.device(), offer.session(), token)
                .toRecord(offer.address()))
        .onSuccess(position -> offered.increment())
        .mapEmpty();
  }
}
