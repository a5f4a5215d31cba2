package dev.fairlead.runtime.http;

import io.vertx.core.Future;
import java.util.Optional;

/// Knows the keys.
@FunctionalInterface
public interface Authenticator {
  /// Whose this key is; empty when it is nobody's. Called on event loops, so that it answers from
  /// memory.
  Optional<Principal> authenticate(String key);

  /// Whose this is, which looks like a token; empty when it is nobody's. Called on the context of a
  /// request, and to be completed there. Answers from memory, unless whoever implements it can tell
  /// by a look-up whether what the token was made for is still there.
  default Future<Optional<Principal>> authenticateToken(String token) {
    return Future.succeededFuture(authenticate(token));
  }
}
