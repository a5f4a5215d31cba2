package dev.fairlead.registry.signin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.settings.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// One browser's way to the provider and back. It lives in a cookie of that browser and nowhere
/// else, so that a stranger who asks for sign-ins costs the registry nothing, and any replica can
/// take the answer.
///
/// State, nonce and code verifier are drawn from one random number, each by an HMAC of its own: who
/// sees one of them in an address learns nothing of the others.
///
/// @param secret 256 random bits in Base64 for URLs
/// @param tenant that the browser asked for
/// @param returnTo the path at which the browser goes on afterwards
record Attempt(Secret secret, Optional<TenantId> tenant, String returnTo) {

  private static final Pattern COOKIE =
      Pattern.compile("([A-Za-z0-9_-]{43})\\.([a-z0-9-]{0,64})\\.([A-Za-z0-9_-]{1,1024})");
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final String ALGORITHM = "HmacSHA256";

  /// A path of ours and nobody else's: `//host` and `/\host` would lead away.
  private static final Pattern RETURN_TO =
      Pattern.compile(
          "/(?:[A-Za-z0-9._~!$&'()*+,;=:@%?#-][A-Za-z0-9._~!$&'()*+,;=:@%/?#-]{0,510})?");

  Attempt {
    if (!RETURN_TO.matcher(returnTo).matches()) {
      throw new IllegalArgumentException("not a path of ours");
    }
  }

  /// A new one.
  ///
  /// @throws IllegalArgumentException when `returnTo` leads elsewhere
  static Attempt begin(Optional<TenantId> tenant, String returnTo) {
    return new Attempt(RandomText.secret(), tenant, returnTo);
  }

  /// The one that a cookie holds; empty for anything else.
  static Optional<Attempt> of(String cookie) {
    var parts = COOKIE.matcher(cookie);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      String returnTo = new String(Base64.getUrlDecoder().decode(parts.group(3)), UTF_8);
      return Optional.of(
          new Attempt(
              Secret.of(parts.group(1)),
              Optional.of(parts.group(2)).filter(id -> !id.isEmpty()).map(TenantId::new),
              returnTo));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// What the cookie holds.
  String cookie() {
    return secret.reveal()
        + '.'
        + tenant.map(TenantId::value).orElse("")
        + '.'
        + ENCODER.encodeToString(returnTo.getBytes(UTF_8));
  }

  State state() {
    return new State(drawn("state"));
  }

  Nonce nonce() {
    return new Nonce(drawn("nonce"));
  }

  CodeVerifier verifier() {
    return new CodeVerifier(drawn("verifier"));
  }

  /// Whether an answer of the provider belongs to this.
  boolean isState(String text) {
    return MessageDigest.isEqual(state().getValue().getBytes(UTF_8), text.getBytes(UTF_8));
  }

  private String drawn(String name) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.reveal().getBytes(UTF_8), ALGORITHM));
      return ENCODER.encodeToString(mac.doFinal(name.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
    }
  }
}
