package dev.fairlead.registry.signin;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Asks the provider who somebody is: authorization code flow with PKCE (RFC 6749 §4.1, RFC 7636).
/// Safe for all threads; blocks as [ProviderHttp] does.
final class Provider {

  private static final int SERVER_ERROR = 500;

  private final ProviderSettings settings;
  private final KnownProvider known;
  private final ProviderHttp http;
  private final ClientID client;
  private final IdTokens idTokens;

  /// Anybody may send any code, and each is asked about: a provider that is slow must not bring the
  /// registry to a stand.
  private final Semaphore places = new Semaphore(ProviderBusyException.WAITING_MAX);

  Provider(ProviderSettings settings, KnownProvider known, ProviderHttp http) {
    this.settings = settings;
    this.known = known;
    this.http = http;
    this.client = new ClientID(settings.clientId());
    this.idTokens = new IdTokens(client);
  }

  /// Where to send a browser.
  ///
  /// @throws IOException when the provider does not answer
  URI address(Attempt attempt) throws IOException {
    return new AuthenticationRequest.Builder(
            ResponseType.CODE,
            new Scope(settings.scopes().toArray(String[]::new)),
            client,
            settings.redirectUrl())
        .endpointURI(known.published().metadata().getAuthorizationEndpointURI())
        .state(attempt.state())
        .nonce(attempt.nonce())
        .codeChallenge(attempt.verifier(), CodeChallengeMethod.S256)
        .build()
        .toURI();
  }

  /// Whether an answer that names its issuer (RFC 9207) names this provider.
  boolean isIssuer(String issuer) {
    return settings.issuer().toString().equals(issuer);
  }

  /// Who has come back with a code.
  ///
  /// @throws ProviderBusyException when too many are asked about already
  /// @throws IOException when the provider does not answer
  /// @throws RefusedException when it does not take the code, or says what must not be believed
  Identity redeem(Attempt attempt, String code) throws IOException, RefusedException {
    if (!places.tryAcquire()) {
      throw new ProviderBusyException();
    }
    try {
      return identity(attempt, code);
    } finally {
      places.release();
    }
  }

  private Identity identity(Attempt attempt, String code) throws IOException, RefusedException {
    KnownProvider.Published provider = known.published();
    OIDCTokenResponse tokens = tokens(provider.metadata(), attempt, code);
    IDTokenClaimsSet token = checked(provider, tokens, attempt);
    Map<String, Object> claims = new HashMap<>(token.toJSONObject());
    // What the ID token says goes before: it is signed.
    moreClaims(provider.metadata(), tokens.getTokens().getAccessToken(), token)
        .forEach(claims::putIfAbsent);
    return Identity.of(
        token.getIssuer().getValue(),
        token.getSubject().getValue(),
        Map.copyOf(withoutNulls(claims)));
  }

  private static Map<String, Object> withoutNulls(Map<String, Object> claims) {
    claims.values().removeIf(Objects::isNull);
    return claims;
  }

  private OIDCTokenResponse tokens(OIDCProviderMetadata metadata, Attempt attempt, String code)
      throws IOException, RefusedException {
    var grant =
        new AuthorizationCodeGrant(
            new AuthorizationCode(code), settings.redirectUrl(), attempt.verifier());
    HTTPResponse answer = request(metadata, grant).toHTTPRequest().send(http);
    if (answer.getStatusCode() >= SERVER_ERROR) {
      throw new IOException("the token endpoint answered " + answer.getStatusCode());
    }
    try {
      TokenResponse response = OIDCTokenResponseParser.parse(answer);
      if (!response.indicatesSuccess()) {
        throw new RefusedException(
            "the token endpoint answered " + response.toErrorResponse().getErrorObject().getCode());
      }
      return (OIDCTokenResponse) response.toSuccessResponse();
    } catch (ParseException e) {
      // Without the message, which may show a part of what was read.
      throw new RefusedException("the token endpoint's answer has no tokens");
    }
  }

  private TokenRequest request(OIDCProviderMetadata metadata, AuthorizationCodeGrant grant) {
    URI endpoint = metadata.getTokenEndpointURI();
    return settings
        .clientSecret()
        .map(secret -> new Secret(secret.reveal()))
        .map(
            secret ->
                takesBasic(metadata)
                    ? new ClientSecretBasic(client, secret)
                    : new ClientSecretPost(client, secret))
        .map(proof -> new TokenRequest.Builder(endpoint, proof, grant).build())
        .orElseGet(() -> new TokenRequest.Builder(endpoint, client, grant).build());
  }

  /// Basic is what a provider takes that does not say (OpenID Connect Discovery 1.0 §3).
  private static boolean takesBasic(OIDCProviderMetadata metadata) {
    @Nullable List<ClientAuthenticationMethod> methods = metadata.getTokenEndpointAuthMethods();
    return methods == null
        || methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
        || !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST);
  }

  private IDTokenClaimsSet checked(
      KnownProvider.Published provider, OIDCTokenResponse tokens, Attempt attempt)
      throws IOException, RefusedException {
    @Nullable JWT token = tokens.getOIDCTokens().getIDToken();
    if (token == null) {
      throw new RefusedException("the token endpoint's answer has no ID token");
    }
    try {
      return idTokens.check(provider, token, attempt.nonce());
    } catch (BadJOSEException e) {
      throw new RefusedException("the ID token is not good: " + e.getMessage());
    } catch (RemoteKeySourceException e) {
      throw new IOException("the provider's keys cannot be read", e);
    } catch (JOSEException e) {
      throw new RefusedException("the ID token cannot be checked: " + e.getMessage());
    }
  }

  /// What a provider tells at its UserInfo endpoint only, as OpenID Connect Core 1.0 §5.4 has it.
  private Map<String, Object> moreClaims(
      OIDCProviderMetadata metadata, AccessToken token, IDTokenClaimsSet idToken)
      throws IOException, RefusedException {
    @Nullable URI endpoint = metadata.getUserInfoEndpointURI();
    if (endpoint == null || !WebAddress.isTrusted(endpoint)) {
      return Map.of();
    }
    try {
      HTTPResponse answer = new UserInfoRequest(endpoint, token).toHTTPRequest().send(http);
      UserInfoResponse response = UserInfoResponse.parse(answer);
      Optional<Map<String, Object>> claims =
          response.indicatesSuccess()
              ? Optional.ofNullable(response.toSuccessResponse().getUserInfo())
                  .map(info -> info.toJSONObject())
              : Optional.empty();
      if (claims.isEmpty()) {
        return Map.of();
      }
      // §5.3.2: claims of somebody else are claims of nobody.
      if (!idToken.getSubject().getValue().equals(claims.get().get("sub"))) {
        throw new RefusedException("the UserInfo endpoint speaks of somebody else");
      }
      return claims.get();
    } catch (ParseException e) {
      return Map.of();
    }
  }

  /// The provider does not vouch for anybody, or not so that it could be believed.
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String reason) {
      super(reason);
    }
  }
}
