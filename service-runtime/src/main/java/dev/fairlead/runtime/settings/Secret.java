package dev.fairlead.runtime.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.security.MessageDigest;

/// A text that must not be shown: a password, a key. It redacts itself wherever it is printed, and
/// is compared in a time that does not depend on where two texts differ.
public final class Secret {
  private final String text;

  private Secret(String text) {
    this.text = requireNonNull(text);
  }

  /// The secret with this text.
  public static Secret of(String text) {
    return new Secret(text);
  }

  /// The text itself, for the one place that needs it.
  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret
        && MessageDigest.isEqual(text.getBytes(UTF_8), secret.text.getBytes(UTF_8));
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /// Always `(secret)`.
  @Override
  public String toString() {
    return "(secret)";
  }
}
