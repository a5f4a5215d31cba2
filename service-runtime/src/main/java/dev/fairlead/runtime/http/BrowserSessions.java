package dev.fairlead.runtime.http;

import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import java.util.Optional;

/// Knows the browsers that have signed in.
@FunctionalInterface
public interface BrowserSessions {
  /// The name of the cookie that holds a session's id, without the prefix that [PublicSite] adds.
  String COOKIE = "fairlead-session";

  /// Whose session this is; empty when it is nobody's, or no longer. Called on the context of a
  /// request, and to be completed there.
  ///
  /// @param id as it was presented; any text
  Future<Optional<BrowserSession>> find(Secret id);
}
