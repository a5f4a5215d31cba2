package dev.fairlead.registry.credential;

import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.credential.SigningKeyRing.Held;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at the signing keys from time to time: makes a new one on schedule, takes those back that
/// no token can need any more, and learns of those that another replica made.
public final class PgSigningKeyKeeper {

  private static final Logger log = LoggerFactory.getLogger(PgSigningKeyKeeper.class);

  /// Well below the time that a key is announced before it signs.
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Pool pool;
  private final PgSigningKeys keys;
  private final SigningKeyRing ring;
  private final Lifetimes lifetimes;
  private final PgOutbox outbox;
  private final InstantSource clock;
  private long timer = NO_TIMER;

  private static final long NO_TIMER = -1;

  /// How long things are good.
  ///
  /// @param key how long a key signs before the next one is made
  /// @param token how long a token is good
  public record Lifetimes(Duration key, Duration token) {}

  /// @param ring is told of what was found
  public PgSigningKeyKeeper(
      Vertx vertx,
      Pool pool,
      PgSigningKeys keys,
      SigningKeyRing ring,
      Lifetimes lifetimes,
      PgOutbox outbox,
      InstantSource clock) {
    this.vertx = vertx;
    this.pool = pool;
    this.keys = keys;
    this.ring = ring;
    this.lifetimes = lifetimes;
    this.outbox = outbox;
    this.clock = clock;
  }

  /// Begins.
  public void start() {
    timer =
        vertx.setPeriodic(
            INTERVAL.toMillis(),
            id ->
                tend()
                    .onFailure(
                        cause -> log.atWarn().setCause(cause).log("signing keys not looked at")));
  }

  /// Stops.
  public Future<Void> close() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
    return Future.succeededFuture();
  }

  private Future<Void> tend() {
    return pool.withTransaction(transaction -> tend(transaction, keys, lifetimes, clock.instant()))
        .map(Objects::requireNonNull)
        .onSuccess(
            tended -> {
              ring.replace(tended);
              outbox.poke();
            })
        .mapEmpty();
  }

  /// Looks at the keys once.
  ///
  /// @return those there are now, the newest first
  static Future<List<Held>> tend(
      SqlConnection transaction, PgSigningKeys keys, Lifetimes lifetimes, Instant now) {
    return PgSigningKeys.lock(transaction)
        .compose(nothing -> keys.loadOrMake(transaction, now))
        .compose(loaded -> tend(transaction, keys, lifetimes, loaded.keys(), now));
  }

  private static Future<List<Held>> tend(
      SqlConnection transaction,
      PgSigningKeys keys,
      Lifetimes lifetimes,
      List<Held> held,
      Instant now) {
    List<Held> kept = new ArrayList<>(held);
    List<Held> gone = unneeded(held, lifetimes.token(), now);
    kept.removeAll(gone);
    Future<?> done = Future.succeededFuture();
    for (Held old : gone) {
      done = done.compose(nothing -> PgSigningKeys.withdraw(transaction, old.key().id()));
    }
    if (!held.getFirst().signsFrom().plus(lifetimes.key()).isAfter(now)) {
      done =
          done.compose(nothing -> keys.announce(transaction, now))
              .onSuccess(made -> kept.addFirst(made));
    }
    return done.map(kept);
  }

  /// A key's last token was made when the next key began to sign.
  private static List<Held> unneeded(List<Held> held, Duration tokenLifetime, Instant now) {
    List<Held> gone = new ArrayList<>();
    for (int index = 1; index < held.size(); index++) {
      if (!held.get(index - 1).signsFrom().plus(tokenLifetime).isAfter(now)) {
        gone.add(held.get(index));
      }
    }
    return gone;
  }
}
