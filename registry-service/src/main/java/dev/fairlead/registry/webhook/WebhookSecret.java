package dev.fairlead.registry.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What a webhook's messages are signed with, and its receiver checks them with: `whsec_` and 32
/// random bytes in Base64, as Standard Webhooks writes it.
///
/// @param text the whole secret
record WebhookSecret(String text) {

  private static final String BEGINNING = "whsec_";
  private static final int RANDOM_BYTES = 32;
  private static final String ALGORITHM = "HmacSHA256";
  private static final SecureRandom RANDOM = new SecureRandom();

  static WebhookSecret random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return new WebhookSecret(BEGINNING + Base64.getEncoder().encodeToString(bytes));
  }

  /// The signature of a message, `v1,` and the HMAC in Base64.
  ///
  /// @param id of the message; has no full stop
  /// @param seconds since 1970 at the attempt
  String sign(String id, long seconds, byte[] body) {
    byte[] key = Base64.getDecoder().decode(text.substring(BEGINNING.length()));
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      mac.update((id + "." + seconds + ".").getBytes(UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
    }
  }

  /// Hides it from logs.
  @Override
  public String toString() {
    return BEGINNING + "…";
  }
}
