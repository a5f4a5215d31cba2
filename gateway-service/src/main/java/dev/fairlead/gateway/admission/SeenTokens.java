package dev.fairlead.gateway.admission;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;

/// Remembers by their fingerprints which tokens were good and which were bad lately, so that a bad
/// one costs no second check, and a good one is not taken for an attacker's. Two tables of a fixed
/// size; where two tokens share a place the newer one takes it. Safe for all threads.
final class SeenTokens {

  private static final int GOOD_PLACES = 1 << 16;
  private static final int BAD_PLACES = 1 << 14;
  private static final long BAD_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;
  private final AtomicReferenceArray<TokenFingerprint> good =
      new AtomicReferenceArray<>(GOOD_PLACES);
  private final AtomicReferenceArray<Bad> bad = new AtomicReferenceArray<>(BAD_PLACES);

  /// A bad token.
  ///
  /// @param revision what was known of keys and revocations when it was found to be bad
  /// @param identity who it claims to be for, if it can be read at all
  record Bad(TokenFingerprint token, long revision, long sinceNanos, Optional<String> identity) {}

  SeenTokens(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Whether it was good when it was seen last. It may have been revoked since.
  boolean wasGood(TokenFingerprint token) {
    return token.equals(good.get(placeOf(token, GOOD_PLACES)));
  }

  void isGood(TokenFingerprint token) {
    int place = placeOf(token, GOOD_PLACES);
    if (!token.equals(good.get(place))) {
      good.set(place, token);
    }
  }

  /// What was wrong with it within the last minute, unless keys or revocations have changed since.
  Optional<Bad> bad(TokenFingerprint token, long revision) {
    Bad known = bad.get(placeOf(token, BAD_PLACES));
    return known != null
            && known.token().equals(token)
            && known.revision() == revision
            && nanoTime.getAsLong() - known.sinceNanos() < BAD_NANOS
        ? Optional.of(known)
        : Optional.empty();
  }

  Bad isBad(TokenFingerprint token, long revision, Optional<String> identity) {
    Bad known = new Bad(token, revision, nanoTime.getAsLong(), identity);
    bad.set(placeOf(token, BAD_PLACES), known);
    return known;
  }

  private static int placeOf(TokenFingerprint token, int places) {
    return (int) token.first() & (places - 1);
  }
}
