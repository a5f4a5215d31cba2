package dev.fairlead.bus.access;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.function.BiFunction;

/// Checks tokens of the registry: JWTs signed with ES256 and nothing else (RFC 7515, RFC 7518
/// §3.4), which name `fairlead` as their issuer and have not run out. Asks nobody; what it needs
/// came on `fairlead.access`. Safe for all threads.
///
/// What a token is good for, and for whom, is its reader's to check: every kind of token has claims
/// that no other has. What is cheap is looked at first, the signature last. Why a token is refused
/// is nobody's business but ours, and not even ours by name.
public final class SignedTokens {

  /// Who issues tokens.
  public static final String ISSUER = "fairlead";

  /// The audience of a token that opens the HTTP interfaces to a person.
  public static final String API_AUDIENCE = "api";

  private static final String ALGORITHM = "ES256";
  private static final String KEY_ID = "kid";

  private final SigningKeys keys;
  private final InstantSource clock;

  SignedTokens(SigningKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /// Reads a token.
  ///
  /// @param claimed what the claims say, given with the id of the key, or nothing when they are not
  ///     what is asked for; may throw `IllegalArgumentException` for nothing
  /// @return what `claimed` found, once the token has turned out to be genuine
  public <T> Optional<T> verify(String token, BiFunction<Claims, String, Optional<T>> claimed) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (token.length() > Claims.TOKEN_LENGTH_MAX
        || first <= 0
        || second < 0
        || token.indexOf('.', second + 1) >= 0) {
      return Optional.empty();
    }
    try {
      Claims header = Claims.of(token.substring(0, first));
      Optional<Es256Key> key = keyOf(header);
      if (key.isEmpty()) {
        return Optional.empty();
      }
      Claims claims = Claims.of(token.substring(first + 1, second));
      Optional<T> found = current(claims, header.text(KEY_ID), claimed);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      byte[] signature = Base64.getUrlDecoder().decode(token.substring(second + 1));
      byte[] signed = token.substring(0, second).getBytes(StandardCharsets.US_ASCII);
      return key.get().hasSigned(signed, signature) ? found : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Whether the key of that id has not been taken back.
  public boolean knows(String keyId) {
    return keys.key(keyId).isPresent();
  }

  private Optional<Es256Key> keyOf(Claims header) {
    // An extension that must be understood (RFC 7515 §4.1.11) is one that we do not understand.
    return header.text("alg").equals(ALGORITHM) && !header.has("crit")
        ? keys.key(header.text(KEY_ID))
        : Optional.empty();
  }

  private <T> Optional<T> current(
      Claims claims, String keyId, BiFunction<Claims, String, Optional<T>> claimed) {
    return claims.text("iss").equals(ISSUER)
            && claims.number("exp") > clock.instant().getEpochSecond()
        ? claimed.apply(claims, keyId)
        : Optional.empty();
  }
}
