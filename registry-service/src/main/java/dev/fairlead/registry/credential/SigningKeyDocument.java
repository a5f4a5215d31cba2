package dev.fairlead.registry.credential;

import dev.fairlead.registry.credential.SigningKeyRing.Held;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A signing key as people see it.
///
/// @param signsFrom when it begins to sign
/// @param state `announced`, `signing` or `retiring`
/// @param devices how many depend on it, counted up to 100,000
record SigningKeyDocument(
    String id, Instant createdAt, Instant signsFrom, String state, long devices) {

  static SigningKeyDocument of(Held key, List<Held> all, Map<String, Long> devices, Instant now) {
    Held signer = SigningKeyRing.signer(all, now);
    String state =
        key.equals(signer) ? "signing" : key.signsFrom().isAfter(now) ? "announced" : "retiring";
    String id = key.key().id();
    return new SigningKeyDocument(
        id, key.createdAt(), key.signsFrom(), state, devices.getOrDefault(id, 0L));
  }
}
