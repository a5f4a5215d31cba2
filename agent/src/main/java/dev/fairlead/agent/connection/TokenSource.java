package dev.fairlead.agent.connection;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// Where the device's token comes from, asked before every connect so that a new one in the file
/// is taken up.
public interface TokenSource {

  /// What may stand behind `Bearer` (RFC 6750 §2.1).
  Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  /// The token as it is now; empty for none.
  ///
  /// @throws IOException if it cannot be read, or is none
  String token() throws IOException;

  /// A token that never changes.
  ///
  /// Making one throws `IllegalArgumentException` if it is none.
  record Given(String token) implements TokenSource {
    public Given {
      if (!isToken(token)) {
        throw new IllegalArgumentException("not a token");
      }
    }

    /// Says nothing of the token.
    @Override
    public String toString() {
      return "Given[…]";
    }
  }

  /// No token: the device shows a client certificate.
  record None() implements TokenSource {
    @Override
    public String token() {
      return "";
    }
  }

  /// A token in a file of its own.
  record InFile(Path file) implements TokenSource {

    private static final int BYTES_MAX = 16 << 10;

    @Override
    public String token() throws IOException {
      if (Files.size(file) > BYTES_MAX) {
        throw new IOException(file + " is too large for a token");
      }
      String token = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
      if (!isToken(token)) {
        throw new IOException(file + " holds no token");
      }
      return token;
    }
  }

  /// Takes a token that the gateway gives, for the next connect; one that is none is left alone.
  ///
  /// @return whether it is kept
  default boolean take(String token) {
    return false;
  }

  /// Whether the next connect will show something else than the last one did.
  default boolean isChanged() {
    return false;
  }

  /// Is told that the gateway does not accept the token.
  default void refused() {}

  /// Whether a text can be a token.
  static boolean isToken(String text) {
    return TOKEN.matcher(text).matches();
  }
}
