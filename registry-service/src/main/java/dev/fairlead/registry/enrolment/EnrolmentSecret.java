package dev.fairlead.registry.enrolment;

import dev.fairlead.bus.access.AccessView;
import java.security.SecureRandom;
import java.util.Base64;

/// The text of a provisioning key or of a claim secret. One that is made here is a beginning that
/// tells which it is, and 256 random bits in Base64 for URLs.
///
/// @param text the whole secret
record EnrolmentSecret(String text) {

  private static final String PROVISIONING_KEY = "flp_";
  private static final String CLAIM = "flc_";
  private static final int RANDOM_BYTES = 32;
  private static final int SHOWN = PROVISIONING_KEY.length() + 6;
  private static final SecureRandom RANDOM = new SecureRandom();

  static EnrolmentSecret provisioningKey() {
    return random(PROVISIONING_KEY);
  }

  static EnrolmentSecret claim() {
    return random(CLAIM);
  }

  private static EnrolmentSecret random(String beginning) {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return new EnrolmentSecret(
        beginning + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /// What may be shown of a provisioning key for ever: 36 of the bits, so that people tell their
  /// keys apart.
  String prefix() {
    return text.substring(0, SHOWN);
  }

  /// The form in which it is kept and looked up.
  String fingerprint() {
    return AccessView.fingerprint(text);
  }

  /// Hides the secret from logs.
  @Override
  public String toString() {
    return "EnrolmentSecret[…]";
  }
}
