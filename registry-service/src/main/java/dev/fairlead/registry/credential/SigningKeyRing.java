package dev.fairlead.registry.credential;

import java.time.Instant;
import java.util.List;

/// The signing keys as this process knows them. Read from any thread.
public final class SigningKeyRing {

  private volatile List<Held> keys = List.of();

  /// A key and when it begins to sign.
  record Held(SigningKey key, Instant createdAt, Instant signsFrom) {}

  /// @param now the newest first; at least one
  void replace(List<Held> now) {
    if (now.isEmpty()) {
      throw new IllegalArgumentException("there is always a signing key");
    }
    keys = List.copyOf(now);
  }

  /// The key that signs: the newest of those that everyone has had time to learn of.
  Held signer(Instant now) {
    return signer(keys, now);
  }

  static Held signer(List<Held> keys, Instant now) {
    return keys.stream()
        .filter(held -> !held.signsFrom().isAfter(now))
        .findFirst()
        .orElseGet(keys::getLast);
  }

  /// The id of the key that signs.
  public String signerId(Instant now) {
    return signer(now).key().id();
  }

  /// Those that have signed and do no more.
  List<String> retiring(Instant now) {
    Held signer = signer(now);
    return keys.stream()
        .dropWhile(held -> !held.equals(signer))
        .skip(1)
        .map(held -> held.key().id())
        .toList();
  }
}
