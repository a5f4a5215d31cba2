package dev.fairlead.gateway.admission;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;

/// Remembers by their fingerprints which tokens and certificates were good and which were bad
/// lately, so that a bad one costs no second check, and a good one is not taken for an attacker's.
/// Two tables of a fixed size; where two share a place the newer one takes it. Safe for all
/// threads.
final class SeenCredentials {

  private static final int GOOD_PLACES = 1 << 16;
  private static final int BAD_PLACES = 1 << 14;
  private static final long BAD_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;

  /// Of each good one 64 bits of its fingerprint, besides the 16 that say its place. Another one of
  /// which all these are the same costs a banned address nothing of the budget, and is checked all
  /// the same. 0 where there is none.
  private final AtomicLongArray good = new AtomicLongArray(GOOD_PLACES);

  private final AtomicReferenceArray<Bad> bad = new AtomicReferenceArray<>(BAD_PLACES);

  /// A bad one.
  ///
  /// @param revision what was known of keys and revocations when it was found to be bad
  /// @param identity who it claims to be for, if it can be read at all
  record Bad(
      CredentialFingerprint fingerprint,
      long revision,
      long sinceNanos,
      Optional<String> identity) {}

  SeenCredentials(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Whether it was good when it was seen last. It may have been revoked since.
  boolean wasGood(CredentialFingerprint fingerprint) {
    return good.get(placeOf(fingerprint, GOOD_PLACES)) == fingerprint.second();
  }

  void isGood(CredentialFingerprint fingerprint) {
    int place = placeOf(fingerprint, GOOD_PLACES);
    if (good.get(place) != fingerprint.second()) {
      good.set(place, fingerprint.second());
    }
  }

  /// What was wrong with it within the last minute, unless keys or revocations have changed since.
  Optional<Bad> bad(CredentialFingerprint fingerprint, long revision) {
    Bad known = bad.get(placeOf(fingerprint, BAD_PLACES));
    return known != null
            && known.fingerprint().equals(fingerprint)
            && known.revision() == revision
            && nanoTime.getAsLong() - known.sinceNanos() < BAD_NANOS
        ? Optional.of(known)
        : Optional.empty();
  }

  Bad isBad(CredentialFingerprint fingerprint, long revision, Optional<String> identity) {
    Bad known = new Bad(fingerprint, revision, nanoTime.getAsLong(), identity);
    bad.set(placeOf(fingerprint, BAD_PLACES), known);
    return known;
  }

  private static int placeOf(CredentialFingerprint fingerprint, int places) {
    return (int) fingerprint.first() & (places - 1);
  }
}
