package dev.fairlead.registry.signin;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.registry.credential.PersonTokens;
import dev.fairlead.registry.person.PersonRoutes;
import dev.fairlead.registry.person.PgPeople;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Authenticator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;
import java.util.Optional;

/// Signing in, put together: people, their sessions, and the provider that vouches for them.
public final class SignIn {

  private final SignInSettings settings;
  private final PgBrowserSessions sessions;
  private final LiveTokens tokens;
  private final SessionSweep sweep;
  private final Optional<ProviderHttp> http;
  private final PersonRoutes people;
  private final SignInRoutes signIn;
  private final SessionRoutes session;

  /// @param access knows the API keys
  /// @param made makes the tokens that sessions are given for other services
  public SignIn(
      Vertx vertx,
      Pool pool,
      SignInSettings settings,
      AccessView access,
      PersonTokens made,
      InstantSource clock) {
    this.settings = settings;
    this.sessions = new PgBrowserSessions(pool, access, settings.sessions(), clock);
    this.tokens = new LiveTokens(access, sessions);
    this.http = settings.provider().map(asked -> new ProviderHttp());
    this.sweep = new SessionSweep(vertx, sessions);
    PgPeople table = new PgPeople(pool);
    Who who = new Who(table);
    this.people = new PersonRoutes(table, clock);
    this.signIn =
        new SignInRoutes(
            http.flatMap(
                speaker -> settings.provider().map(asked -> provider(asked, speaker, clock))),
            settings.provider().map(ProviderSettings::claims).orElseGet(ClaimRules::none),
            new PgSignIns(pool),
            sessions,
            access,
            who,
            clock);
    this.session = new SessionRoutes(sessions, made, who, clock);
  }

  private static Provider provider(ProviderSettings asked, ProviderHttp http, InstantSource clock) {
    return new Provider(asked, new KnownProvider(asked.issuer(), http, clock), http);
  }

  /// Who may call the registry with a key or a token.
  public Authenticator authenticator() {
    return tokens;
  }

  /// Binds the operations to the contract, and lets those in who have signed in.
  public void bind(ApiRouter.Builder router) {
    people.bind(router);
    signIn.bind(router);
    session.bind(router);
    router.browsers(sessions, settings.site());
  }

  /// Stops.
  public Future<Void> close() {
    http.ifPresent(ProviderHttp::close);
    return sweep.close();
  }
}
