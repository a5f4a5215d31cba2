package dev.fairlead.bus.message;

import java.util.Optional;

/// What a device came in with, as far as others need to know. Shows nothing that opens a door.
public sealed interface PresentedCredential {

  /// Nothing is known of it.
  static PresentedCredential unknown() {
    return new Other("");
  }

  /// A token.
  ///
  /// @param keyId the key that signed it
  /// @param generation which of the device's credentials it is
  /// @param expiresAtSeconds when it runs out, since 1970
  record Token(String keyId, long generation, long expiresAtSeconds)
      implements PresentedCredential {

    @Override
    public String toString() {
      return TOKEN + generation + ':' + expiresAtSeconds + ':' + keyId;
    }
  }

  /// Anything else, by a word of its own.
  record Other(String word) implements PresentedCredential {

    @Override
    public String toString() {
      return word;
    }
  }

  /// The token, if it is one.
  default Optional<Token> token() {
    return this instanceof Token token ? Optional.of(token) : Optional.empty();
  }

  /// Reads what `toString` wrote.
  ///
  /// @throws IllegalArgumentException for a token whose numbers are none
  static PresentedCredential parse(String text) {
    if (!text.startsWith(TOKEN)) {
      return new Other(text);
    }
    String[] parts = text.substring(TOKEN.length()).split(":", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not a token: " + text);
    }
    return new Token(parts[2], Long.parseLong(parts[0]), Long.parseLong(parts[1]));
  }

  /// How tokens begin.
  String TOKEN = "token:";
}
