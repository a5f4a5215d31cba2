package dev.fairlead.registry.signin;

import dev.fairlead.runtime.settings.Secret;
import java.security.SecureRandom;
import java.util.Base64;

/// Texts that nobody can guess.
final class RandomText {

  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private RandomText() {}

  /// 256 random bits in Base64 for URLs, 43 characters.
  static Secret secret() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }
}
