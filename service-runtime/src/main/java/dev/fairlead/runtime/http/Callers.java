package dev.fairlead.runtime.http;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The one place that finds out who sends a request: by the key or token in its header, else, where
/// browsers may sign in, by the cookie of a session.
///
/// A browser sends its cookie with every request, whoever made the page that asks for it. So a
/// request that is known by a cookie alone and is not a mere reading must come from a page of ours:
/// the browser says so (`Sec-Fetch-Site`, `Origin`), and the page says so with the token that only
/// it can have read. A key in a header is sent on purpose and needs none of this.
final class Callers {
  private static final String BEARER = "bearer ";
  private static final String API_KEY = "X-API-Key";
  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  /// A longer cookie is none of ours.
  private static final int COOKIE_LENGTH_MAX = 256;

  private final Authenticator authenticator;
  private final Optional<Browsers> browsers;

  /// Who has signed in, and where.
  record Browsers(BrowserSessions sessions, PublicSite site) {}

  Callers(Authenticator authenticator, Optional<Browsers> browsers) {
    this.authenticator = authenticator;
    this.browsers = browsers;
  }

  /// Whose a key or token is; empty when it is nobody's.
  Optional<Caller> byKey(String key) {
    return authenticator
        .authenticate(key)
        .map(principal -> new Caller(principal, Optional.empty()));
  }

  /// Whose a token is; empty when it is nobody's, or no longer. To be called on the context of the
  /// request.
  Future<Optional<Caller>> byToken(String token) {
    return authenticator
        .authenticateToken(token)
        .map(found -> found.map(principal -> new Caller(principal, Optional.empty())));
  }

  /// The cookie of ours that a request carries; empty also where browsers may not sign in.
  Optional<Secret> cookie(HttpServerRequest request) {
    return browsers.flatMap(known -> cookie(request, known.site()));
  }

  /// Whose a cookie of ours is; empty when it is nobody's, or no longer. To be called on the
  /// context of the request.
  Future<Optional<Caller>> bySession(Secret id) {
    return browsers
        .map(known -> known.sessions().find(id))
        .orElseGet(() -> Future.succeededFuture(Optional.empty()))
        .map(found -> found.map(session -> new Caller(session.principal(), Optional.of(session))));
  }

  /// The site as a request meets it.
  PublicSite.Met site(HttpServerRequest request) {
    PublicSite site =
        browsers.map(Browsers::site).orElseGet(() -> new PublicSite(Optional.empty()));
    return met(request, site);
  }

  /// The key or token of a request, which is taken out of its headers: nothing that comes later has
  /// a use for it, and what is not there is not logged.
  static Optional<String> takeKey(HttpServerRequest request) {
    @Nullable String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    @Nullable String key =
        authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
            ? authorization.substring(BEARER.length()).strip()
            : request.getHeader(API_KEY);
    request.headers().remove(HttpHeaders.AUTHORIZATION);
    request.headers().remove(API_KEY);
    return Optional.ofNullable(key).filter(text -> !text.isEmpty());
  }

  private static Optional<Secret> cookie(HttpServerRequest request, PublicSite site) {
    @Nullable Cookie cookie =
        request.getCookie(met(request, site).cookieName(BrowserSessions.COOKIE));
    return Optional.ofNullable(cookie)
        .map(Cookie::getValue)
        .filter(value -> !value.isEmpty() && value.length() <= COOKIE_LENGTH_MAX)
        .map(Secret::of);
  }

  private static PublicSite.Met met(HttpServerRequest request, PublicSite site) {
    var authority = request.authority();
    return new PublicSite.Met(site, request.isSSL(), authority == null ? "" : authority.toString());
  }

  /// Why a request of a caller who was found may not change anything; empty where it may.
  Optional<Problem> refusal(HttpServerRequest request, Caller caller) {
    if (caller.session().isEmpty() || READING.contains(request.method())) {
      return Optional.empty();
    }
    @Nullable String token = request.getHeader(BrowserSession.CSRF_HEADER);
    return token != null
            && isOwnPage(request, site(request))
            && caller.session().get().isCsrfToken(token)
        ? Optional.empty()
        : Optional.of(
            Problem.of(
                ProblemType.CSRF_REFUSED,
                "With a session's cookie this needs a request from our own origin and the session's"
                    + " token in the header "
                    + BrowserSession.CSRF_HEADER
                    + "."));
  }

  /// Whether the browser says that a page of ours sends this. What it says must agree, and it must
  /// say something.
  private static boolean isOwnPage(HttpServerRequest request, PublicSite.Met site) {
    Optional<String> fetchSite = Optional.ofNullable(request.getHeader("Sec-Fetch-Site"));
    Optional<String> origin = Optional.ofNullable(request.getHeader(HttpHeaders.ORIGIN));
    return (fetchSite.isPresent() || origin.isPresent()) && site.mayBeOwnPage(fetchSite, origin);
  }

  /// What somebody is told who is nobody known.
  static Problem unknown() {
    return Problem.of(ProblemType.UNAUTHORIZED, "The request carries no valid key.");
  }
}
