package dev.fairlead.runtime.http;

import java.util.Optional;
import java.util.function.Supplier;

/// Knows the keys.
@FunctionalInterface
public interface Authenticator {
  /// Whose key this is; empty when it is nobody's. Called on event loops, so that it answers from
  /// memory.
  Optional<Principal> authenticate(String key);

  /// Answers the same question later and again, for a call that lasts; keeps no more of the key
  /// than that needs.
  default Supplier<Optional<Principal>> standing(String key) {
    return () -> authenticate(key);
  }
}
