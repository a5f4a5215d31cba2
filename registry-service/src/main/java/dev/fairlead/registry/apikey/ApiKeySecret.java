package dev.fairlead.registry.apikey;

import java.security.SecureRandom;
import java.util.Base64;

/// The text of a new API key: `fl_` and 256 random bits in Base64 for URLs.
///
/// @param text the whole key
record ApiKeySecret(String text) {

  private static final String BEGINNING = "fl_";
  private static final int RANDOM_BYTES = 32;
  private static final int SHOWN = BEGINNING.length() + 6;
  private static final SecureRandom RANDOM = new SecureRandom();

  static ApiKeySecret random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return new ApiKeySecret(
        BEGINNING + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /// What may be shown for ever: 36 of the bits, so that people tell their keys apart.
  String prefix() {
    return text.substring(0, SHOWN);
  }

  /// Hides the key from logs.
  @Override
  public String toString() {
    return prefix() + "…";
  }
}
