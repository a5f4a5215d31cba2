package dev.fairlead.bus.identity;

import java.security.SecureRandom;
import java.util.HexFormat;

/// One live connection of one device: 1 to 64 of `A-Z a-z 0-9 _ -`, made by the gateway that holds
/// it.
///
/// @param value the id as it stands on the bus and on the wire
public record SessionId(String value) {

  private static final int LENGTH_MAX = 64;
  private static final SecureRandom RANDOM = new SecureRandom();

  /// @throws IllegalArgumentException when `value` is not of that form
  public SessionId {
    if (!isValid(value)) {
      throw new IllegalArgumentException("a session id is 1 to 64 of A-Z, a-z, 0-9, _ and -");
    }
  }

  /// A new id of 96 random bits.
  public static SessionId random() {
    return of(RANDOM.nextLong(), RANDOM.nextInt());
  }

  /// An id of 96 bits, in hexadecimal.
  ///
  /// @param first 64 of them
  /// @param rest the other 32
  public static SessionId of(long first, int rest) {
    HexFormat hex = HexFormat.of();
    return new SessionId(hex.toHexDigits(first) + hex.toHexDigits(rest));
  }

  /// Without a pattern, which would take longer: gateways make an id for each event.
  private static boolean isValid(String value) {
    if (value.isEmpty() || value.length() > LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < 'a' || c > 'z')
          && (c < '0' || c > '9')
          && (c < 'A' || c > 'Z')
          && c != '-'
          && c != '_') {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return value;
  }
}
