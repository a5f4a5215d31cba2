package dev.fairlead.registry.signin;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks ID tokens (OpenID Connect Core 1.0 §3.1.3.7): a signature of the provider by one of these
/// algorithms, issuer, audience, authorized party, times and nonce.
final class IdTokens {

  /// Signatures with a public key. Neither `none` nor an HMAC, whose key would be our own secret.
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private static final int CLOCK_SKEW_SECONDS = 60;

  private final ClientID client;

  IdTokens(ClientID client) {
    this.client = client;
  }

  /// The claims of a token that is good.
  ///
  /// @throws BadJOSEException for one that is not
  /// @throws JOSEException when it cannot be told, as the provider's keys cannot be read
  IDTokenClaimsSet check(KnownProvider.Published provider, JWT token, Nonce nonce)
      throws BadJOSEException, JOSEException {
    var validator =
        new IDTokenValidator(
            provider.metadata().getIssuer(),
            client,
            new JWSVerificationKeySelector<>(ALGORITHMS, provider.keys()),
            null);
    validator.setMaxClockSkew(CLOCK_SKEW_SECONDS);
    IDTokenClaimsSet claims = validator.validate(token, nonce);
    checkParty(claims);
    return claims;
  }

  /// The library leaves `azp` to its callers.
  private void checkParty(IDTokenClaimsSet claims) throws BadJWTException {
    @Nullable Object party = claims.getClaim("azp");
    if (party == null ? claims.getAudience().size() > 1 : !party.equals(client.getValue())) {
      throw new BadJWTException("the token was made for another party");
    }
  }
}
