package dev.fairlead.runtime.http;

import java.util.Optional;

/// Knows the keys.
@FunctionalInterface
public interface Authenticator {
  /// Whose key this is; empty when it is nobody's. Called on event loops, so that it answers from
  /// memory.
  Optional<Principal> authenticate(String key);
}
