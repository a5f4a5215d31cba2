package dev.fairlead.registry.signin;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.BrowserSession;
import dev.fairlead.runtime.http.BrowserSessions;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.settings.Secret;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The operations by which a browser comes to a session: by way of the provider, or with an API
/// key.
final class SignInRoutes {

  private static final Logger log = LoggerFactory.getLogger(SignInRoutes.class);

  private static final String ATTEMPT_COOKIE = "fairlead-sign-in";
  private static final Duration ATTEMPT_LIFETIME = Duration.ofMinutes(10);

  private final Optional<Provider> provider;
  private final ClaimRules claims;
  private final PgSignIns signIns;
  private final PgBrowserSessions sessions;
  private final AccessView access;
  private final Who who;
  private final InstantSource clock;

  SignInRoutes(
      Optional<Provider> provider,
      ClaimRules claims,
      PgSignIns signIns,
      PgBrowserSessions sessions,
      AccessView access,
      Who who,
      InstantSource clock) {
    this.provider = provider;
    this.claims = claims;
    this.signIns = signIns;
    this.sessions = sessions;
    this.access = access;
    this.who = who;
    this.clock = clock;
  }

  void bind(ApiRouter.Builder router) {
    router
        .operation("signIn", this::begin)
        .operation("finishSignIn", this::finish)
        .operation("signInWithKey", this::withKey);
  }

  private ApiResponse begin(ApiRequest request) {
    Attempt attempt =
        Attempt.begin(
            request.query("tenant").map(TenantId::new), request.query("returnTo").orElse("/"));
    try {
      return unstored(ApiResponse.seeOther(required().address(attempt).toString()))
          .withHeader(
              "Set-Cookie",
              request.site().setCookie(ATTEMPT_COOKIE, attempt.cookie(), ATTEMPT_LIFETIME));
    } catch (IOException e) {
      throw away(e);
    }
  }

  private Provider required() {
    return provider.orElseThrow(
        () ->
            new ProblemException(
                ProblemType.SIGN_IN_NOT_SET_UP, "Sign in with an API key: no provider is set up."));
  }

  private ApiResponse finish(ApiRequest request) {
    Provider asked = required();
    try {
      Attempt attempt =
          request
              .cookie(ATTEMPT_COOKIE)
              .flatMap(Attempt::of)
              .orElseThrow(() -> new Provider.RefusedException("no sign-in of this browser"));
      Identity identity = asked.redeem(attempt, code(request, asked, attempt));
      return enter(request, attempt, identity);
    } catch (Provider.RefusedException e) {
      log.atInfo().addKeyValue("reason", e.getMessage()).log("sign-in failed");
      throw new ProblemException(
          ProblemType.SIGN_IN_FAILED, "The sign-in failed. Please try it once more.");
    } catch (IOException e) {
      throw away(e);
    }
  }

  /// The code of an answer that belongs to this browser's sign-in.
  private static String code(ApiRequest request, Provider provider, Attempt attempt)
      throws Provider.RefusedException {
    if (!request.query("state").map(attempt::isState).orElse(false)) {
      throw new Provider.RefusedException("the state is another sign-in's");
    }
    if (!request.query("iss").map(provider::isIssuer).orElse(true)) {
      throw new Provider.RefusedException("the answer is of another issuer");
    }
    Optional<String> error = request.query("error");
    if (error.isPresent()) {
      throw new Provider.RefusedException("the provider answered " + error.get());
    }
    return request
        .query("code")
        .orElseThrow(() -> new Provider.RefusedException("the answer has no code"));
  }

  private ApiResponse enter(ApiRequest request, Attempt attempt, Identity identity) {
    Optional<String> person =
        signIns
            .signIn(
                identity,
                claims.grant(identity.claims()),
                attempt.tenant(),
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                request.act())
            .await();
    if (person.isEmpty()) {
      log.atInfo().addKeyValue("subject", identity.subject()).log("sign-in of a stranger refused");
      throw new ProblemException(
          ProblemType.SIGN_IN_REFUSED,
          "The provider knows you, but nobody has given you access here. Ask an admin for an"
              + " invitation.");
    }
    BrowserSession session = sessions.open(person.get(), before(request), request.act()).await();
    return unstored(ApiResponse.seeOther(attempt.returnTo()))
        .withHeader("Set-Cookie", cookie(request, session));
  }

  /// The body of `signInWithKey`.
  record KeySignIn(String key) {

    /// Hides the key from logs.
    @Override
    public String toString() {
      return "KeySignIn";
    }
  }

  /// Not bound to a session yet, so no token can show that a page of ours asks; another site must
  /// not sign a browser in as somebody else all the same.
  private ApiResponse withKey(ApiRequest request) {
    if (!request.site().mayBeOwnPage(request.header("Sec-Fetch-Site"), request.header("Origin"))) {
      throw new ProblemException(
          ProblemType.CSRF_REFUSED, "Another site may not sign a browser in here.");
    }
    String sha256 = AccessView.fingerprint(request.body(KeySignIn.class).key());
    if (access.apiKey(sha256).isEmpty()) {
      throw new ProblemException(ProblemType.UNAUTHORIZED, "This is no valid API key.");
    }
    BrowserSession session = sessions.openForKey(sha256, before(request), request.act()).await();
    return unstored(ApiResponse.ok(who.of(session.principal(), Optional.of(session)).await()))
        .withHeader("Set-Cookie", cookie(request, session));
  }

  private static Optional<Secret> before(ApiRequest request) {
    return request.cookie(BrowserSessions.COOKIE).map(Secret::of);
  }

  private String cookie(ApiRequest request, BrowserSession session) {
    Duration left = Duration.between(clock.instant(), session.expiresAt());
    return request
        .site()
        .setCookie(
            BrowserSessions.COOKIE,
            session.id().reveal(),
            left.isNegative() ? Duration.ZERO : left);
  }

  /// What lets somebody in is not for caches.
  private static ApiResponse unstored(ApiResponse response) {
    return response
        .withHeader("Cache-Control", "no-store")
        .withHeader("Referrer-Policy", "no-referrer");
  }

  private static ProblemException away(IOException e) {
    if (e instanceof ProviderBusyException) {
      return Problem.of(ProblemType.UNAVAILABLE, "Too many sign-ins are under way.")
          .retryAfter(Duration.ofSeconds(5))
          .exception();
    }
    log.atWarn().setCause(e).log("the identity provider cannot be asked");
    return Problem.of(
            ProblemType.UNAVAILABLE, "The identity provider does not answer at the moment.")
        .retryAfter(Duration.ofSeconds(5))
        .exception();
  }
}
