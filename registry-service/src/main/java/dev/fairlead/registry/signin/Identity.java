package dev.fairlead.registry.signin;

import java.util.Map;
import java.util.Optional;

/// Whom a provider vouches for.
///
/// @param subject who it is, unique and for ever with this issuer
/// @param email only one that the provider has verified
/// @param name to show; may be empty
/// @param claims everything that the provider says
record Identity(
    String issuer,
    String subject,
    Optional<String> email,
    String name,
    Map<String, Object> claims) {

  private static final int NAME_LENGTH_MAX = 200;
  private static final int EMAIL_LENGTH_MAX = 254;

  static Identity of(String issuer, String subject, Map<String, Object> claims) {
    return new Identity(issuer, subject, verifiedEmail(claims), name(claims), claims);
  }

  /// Anybody can write any address into a profile: one that was not verified is no address.
  private static Optional<String> verifiedEmail(Map<String, Object> claims) {
    Object verified = claims.get("email_verified");
    boolean isVerified = Boolean.TRUE.equals(verified) || "true".equals(verified);
    return isVerified
            && claims.get("email") instanceof String email
            && !email.isEmpty()
            && email.length() <= EMAIL_LENGTH_MAX
        ? Optional.of(email)
        : Optional.empty();
  }

  private static String name(Map<String, Object> claims) {
    Object name = claims.getOrDefault("name", claims.get("preferred_username"));
    return name instanceof String text
        ? text.replaceAll("\\p{Cntrl}", "")
            .codePoints()
            .limit(NAME_LENGTH_MAX)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString()
        : "";
  }
}
