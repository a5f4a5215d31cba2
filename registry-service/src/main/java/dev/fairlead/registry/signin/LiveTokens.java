package dev.fairlead.registry.signin;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.registry.credential.PersonTokens;
import dev.fairlead.runtime.http.Authenticator;
import dev.fairlead.runtime.http.Principal;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;

/// Admits to the registry itself. Keys count as `fairlead.access` says. The token of a session is
/// not believed for its signature alone, as elsewhere: the registry knows the session, so that a
/// sign-out, another role, or the end of the person, the key or the tenant counts at once, and who
/// has lost a right cannot use what is left of a token to give it to themselves again.
final class LiveTokens implements Authenticator {

  private final AccessView access;
  private final PgBrowserSessions sessions;

  LiveTokens(AccessView access, PgBrowserSessions sessions) {
    this.access = access;
    this.sessions = sessions;
  }

  @Override
  public Optional<Principal> authenticate(String key) {
    return access.apiKey(AccessView.fingerprint(key));
  }

  /// The principal as the session has it now, whatever the token says of its role.
  @Override
  public Future<Optional<Principal>> authenticateToken(String token) {
    Optional<Principal> key = authenticate(token);
    return key.isPresent()
        ? Future.succeededFuture(key)
        : access
            .session(token)
            .map(named -> now(named, token))
            .orElseGet(() -> Future.succeededFuture(Optional.empty()));
  }

  @Override
  public Supplier<Future<Optional<Principal>>> standing(String key) {
    return authenticate(key).isPresent() ? access.standing(key) : () -> authenticateToken(key);
  }

  private Future<Optional<Principal>> now(Principal named, String token) {
    return PersonTokens.sessionOf(token)
        .map(sessions::principalOf)
        .orElseGet(() -> Future.succeededFuture(Optional.empty()))
        .map(found -> found.filter(now -> isSame(now, named)));
  }

  private static boolean isSame(Principal now, Principal named) {
    return now.id().equals(named.id()) && now.tenant().equals(named.tenant());
  }
}
