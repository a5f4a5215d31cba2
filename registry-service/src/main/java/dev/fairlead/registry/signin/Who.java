package dev.fairlead.registry.signin;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.person.PgPeople;
import dev.fairlead.runtime.http.BrowserSession;
import dev.fairlead.runtime.http.Principal;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Optional;

/// Tells callers who they are.
final class Who {

  private final PgPeople people;

  Who(PgPeople people) {
    this.people = people;
  }

  /// A caller as the API shows it.
  ///
  /// @param kind `person` or `key`
  /// @param csrfToken what a page sends in `Fairlead-CSRF`; only for the session of a browser
  /// @param sessionExpiresAt when that session ends
  record Document(
      String id,
      String kind,
      String tenant,
      String role,
      Optional<String> name,
      Optional<String> email,
      Optional<String> csrfToken,
      Optional<Instant> sessionExpiresAt) {

    /// Hides the token from logs.
    @Override
    public String toString() {
      return kind + " " + id;
    }
  }

  Future<Document> of(Principal principal, Optional<BrowserSession> session) {
    if (!principal.id().startsWith(PgPeople.ID_PREFIX)) {
      return Future.succeededFuture(
          document("key", principal, Optional.empty(), Optional.empty(), session));
    }
    return people
        .find(new TenantId(principal.tenant()), principal.id())
        .map(
            person ->
                document(
                    "person",
                    principal,
                    person.map(known -> known.name()).filter(name -> !name.isEmpty()),
                    person.flatMap(known -> known.email()),
                    session));
  }

  private static Document document(
      String kind,
      Principal principal,
      Optional<String> name,
      Optional<String> email,
      Optional<BrowserSession> session) {
    return new Document(
        principal.id(),
        kind,
        principal.tenant(),
        principal.role().word(),
        name,
        email,
        session.map(BrowserSession::csrfToken),
        session.map(BrowserSession::expiresAt));
  }
}
