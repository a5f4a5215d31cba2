package dev.fairlead.runtime.abuse;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/// Counts failures by a key, such as an address, and bans the keys that fail too often. Safe for
/// all threads.
///
/// A key may fail [Rule#perMinute] times at once, and gets that many back over a minute. One
/// failure more bans it; each further ban is twice as long as the one before, up to
/// [#LONGEST_BAN_FACTOR] times the first, until a key has been without a ban for as long as the
/// longest one. Failures during a ban do not lengthen it.
///
/// At most [Rule#keysMax] keys are known. Beyond that the key is forgotten that has not been asked
/// about for the longest time, so that a ban lasts as long as somebody runs against it.
public final class FailureLimit {

  /// How many times longer than the first ban the longest one is.
  public static final int LONGEST_BAN_FACTOR = 16;

  private static final int STRIPES = 16;
  private static final int KEY_LENGTH_MAX = 256;
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  /// What is allowed.
  ///
  /// @param perMinute how many failures a key may have in a minute, from 1
  /// @param ban how long the first ban is
  /// @param keysMax how many keys are remembered, from 1; rounded up to a multiple of 16
  public record Rule(int perMinute, Duration ban, int keysMax) {
    public Rule {
      if (perMinute < 1 || keysMax < 1 || ban.isNegative() || ban.isZero()) {
        throw new IllegalArgumentException("every bound must be at least 1");
      }
    }
  }

  private final long failureNanos;
  private final long banNanos;
  private final int keysPerStripe;
  private final LongSupplier nanoTime;
  private final BiConsumer<String, Duration> banned;
  private final Stripe[] stripes = new Stripe[STRIPES];
  // Without it anybody could choose keys that share a stripe with a given one.
  private final int seed = ThreadLocalRandom.current().nextInt();

  /// What a failure comes to.
  ///
  /// @param ban how much longer the key is banned; empty when it is not
  /// @param begins whether it is this failure that the ban is for
  private record Outcome(Optional<Duration> ban, boolean begins) {}

  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  /// @param banned told of each key that is banned, and for how long, once for each ban; in the
  ///     thread that counted the failure
  public FailureLimit(Rule rule, LongSupplier nanoTime, BiConsumer<String, Duration> banned) {
    this.failureNanos = MINUTE / rule.perMinute();
    this.banNanos = rule.ban().toNanos();
    this.keysPerStripe = Math.ceilDiv(rule.keysMax(), STRIPES);
    this.nanoTime = nanoTime;
    this.banned = banned;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /// How much longer a key is banned; empty when it is not.
  public Optional<Duration> banOf(String key) {
    String known = bounded(key);
    return stripeOf(known).banOf(known, nanoTime.getAsLong());
  }

  /// Counts a failure of a key.
  ///
  /// @return how much longer it is banned, now that it has failed; empty when it is not
  public Optional<Duration> failed(String key) {
    String known = bounded(key);
    Outcome outcome = stripeOf(known).failed(known, nanoTime.getAsLong());
    if (outcome.begins()) {
      outcome.ban().ifPresent(left -> banned.accept(known, left));
    }
    return outcome.ban();
  }

  /// Writes one line for each ban of an address, which firewalls read: deploy/ansible/roles/ban.
  ///
  /// @param what has happened, as the line says it
  public static BiConsumer<String, Duration> reportTo(Logger log, String what) {
    return (network, ban) ->
        log.atWarn()
            .addKeyValue("address", network)
            .addKeyValue("seconds", ban.toSeconds())
            .log(what);
  }

  /// How many keys are banned. Looks at all of them: meant for a gauge.
  public int bans() {
    long now = nanoTime.getAsLong();
    int bans = 0;
    for (Stripe stripe : stripes) {
      bans += stripe.bans(now);
    }
    return bans;
  }

  /// How many keys are remembered.
  int size() {
    int size = 0;
    for (Stripe stripe : stripes) {
      size += stripe.size();
    }
    return size;
  }

  private static String bounded(String key) {
    return key.length() <= KEY_LENGTH_MAX ? key : key.substring(0, KEY_LENGTH_MAX);
  }

  private Stripe stripeOf(String key) {
    int mixed = (key.hashCode() ^ seed) * 0x9E3779B9;
    return stripes[(mixed >>> 16) % STRIPES];
  }

  /// A share of the keys under one lock.
  private final class Stripe {

    private final LinkedHashMap<String, Failures> records =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > keysPerStripe;
          }
        };

    synchronized Optional<Duration> banOf(String key, long now) {
      Failures known = records.get(key);
      return known == null ? Optional.empty() : known.banAt(now);
    }

    synchronized Outcome failed(String key, long now) {
      Failures known = records.computeIfAbsent(key, fresh -> new Failures(now));
      boolean wasBanned = known.isBanned(now);
      known.failed(now);
      return new Outcome(known.banAt(now), !wasBanned && known.isBanned(now));
    }

    synchronized int bans(long now) {
      int bans = 0;
      for (Failures known : records.values()) {
        if (known.isBanned(now)) {
          bans++;
        }
      }
      return bans;
    }

    synchronized int size() {
      return records.size();
    }
  }

  /// What is known of one key. Times are compared by their difference: the clock may overflow.
  private final class Failures {

    /// When the key will have all its failures back.
    private long forgiven;

    private long bannedUntil;
    private int bans;

    Failures(long now) {
      this.forgiven = now;
      this.bannedUntil = now;
    }

    boolean isBanned(long now) {
      return bannedUntil - now > 0;
    }

    Optional<Duration> banAt(long now) {
      return isBanned(now) ? Optional.of(Duration.ofNanos(bannedUntil - now)) : Optional.empty();
    }

    void failed(long now) {
      if (isBanned(now)) {
        return;
      }
      if (now - bannedUntil > LONGEST_BAN_FACTOR * banNanos) {
        bans = 0;
      }
      forgiven = (forgiven - now > 0 ? forgiven : now) + failureNanos;
      if (forgiven - now > MINUTE) {
        bannedUntil = now + Math.min(1L << bans, LONGEST_BAN_FACTOR) * banNanos;
        bans = Math.min(bans + 1, Integer.numberOfTrailingZeros(LONGEST_BAN_FACTOR));
        forgiven = now;
      }
    }
  }
}
