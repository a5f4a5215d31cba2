package dev.fairlead.registry.signin;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.registry.credential.PersonTokens;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.BrowserSession;
import dev.fairlead.runtime.http.BrowserSessions;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// The operations of those who have signed in.
final class SessionRoutes {

  /// How long the token of a session is good, and so how long a person who was removed may still
  /// act elsewhere than at the registry, which asks for the session behind a token.
  private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(5);

  private final PgBrowserSessions sessions;
  private final PersonTokens tokens;
  private final Who who;
  private final InstantSource clock;

  SessionRoutes(PgBrowserSessions sessions, PersonTokens tokens, Who who, InstantSource clock) {
    this.sessions = sessions;
    this.tokens = tokens;
    this.who = who;
    this.clock = clock;
  }

  void bind(ApiRouter.Builder router) {
    router
        .operation("getMe", this::me)
        .operation("createToken", this::token)
        .operation("signOut", this::signOut);
  }

  /// A token that was just made.
  record NewToken(String token, Instant expiresAt) {

    /// Hides the token from logs.
    @Override
    public String toString() {
      return "NewToken until " + expiresAt;
    }
  }

  private ApiResponse me(ApiRequest request) {
    return ApiResponse.ok(who.of(request.principal(), request.session()).await())
        .withHeader("Cache-Control", "no-store");
  }

  private ApiResponse token(ApiRequest request) {
    BrowserSession session = session(request);
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant most = now.plus(TOKEN_LIFETIME);
    Instant expiresAt = session.expiresAt().isBefore(most) ? session.expiresAt() : most;
    return ApiResponse.ok(
            new NewToken(
                tokens.issue(
                    session.principal(),
                    AccessView.fingerprint(session.id().reveal()),
                    now,
                    expiresAt),
                expiresAt.truncatedTo(ChronoUnit.SECONDS)))
        .withHeader("Cache-Control", "no-store");
  }

  private ApiResponse signOut(ApiRequest request) {
    sessions.close(session(request).id(), request.act()).await();
    return ApiResponse.noContent()
        .withHeader(
            "Set-Cookie", request.site().setCookie(BrowserSessions.COOKIE, "", Duration.ZERO))
        .withHeader("Clear-Site-Data", "\"cache\", \"storage\"");
  }

  private static BrowserSession session(ApiRequest request) {
    return request
        .session()
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemType.FORBIDDEN, "This is for the session of a browser."));
  }
}
