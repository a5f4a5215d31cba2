package dev.fairlead.bus.access;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.Principal;
import dev.fairlead.runtime.http.Role;
import java.util.Optional;
import java.util.function.Predicate;

/// Checks the tokens that sessions of browsers are given. A device's token is none of them: it
/// names no audience, and no role.
final class PersonTokenVerifier {

  private final SignedTokens tokens;
  private final Predicate<TenantId> suspended;

  PersonTokenVerifier(SignedTokens tokens, Predicate<TenantId> suspended) {
    this.tokens = tokens;
    this.suspended = suspended;
  }

  /// Who the token was made for; empty when it is not good for whatever reason.
  Optional<Principal> verify(String token) {
    return tokens.verify(token, (claims, keyId) -> claimed(claims));
  }

  private Optional<Principal> claimed(Claims claims) {
    String subject = claims.text("sub");
    // One text, not a list that has it: the token must be for this and for nothing else.
    if (!claims.text("aud").equals(SignedTokens.API_AUDIENCE)
        || claims.has("gen")
        || subject.isEmpty()) {
      return Optional.empty();
    }
    TenantId tenant = new TenantId(claims.text("ten"));
    return suspended.test(tenant)
        ? Optional.empty()
        : Optional.of(
            new Principal(
                subject,
                tenant.value(),
                Role.valueOf(claims.text("role")),
                claims.textIfAny("grp")));
  }
}
