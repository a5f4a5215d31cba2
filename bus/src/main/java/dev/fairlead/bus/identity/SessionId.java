package dev.fairlead.bus.identity;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// One live connection of one device: 1 to 64 of `A-Z a-z 0-9 _ -`, made by the gateway that holds
/// it.
///
/// @param value the id as it stands on the bus and on the wire
public record SessionId(String value) {

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int RANDOM_BYTES = 12;

  /// @throws IllegalArgumentException when `value` is not of that form
  public SessionId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("a session id is 1 to 64 of A-Z, a-z, 0-9, _ and -");
    }
  }

  /// A new id of 96 random bits.
  public static SessionId random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return new SessionId(HexFormat.of().formatHex(bytes));
  }

  @Override
  public String toString() {
    return value;
  }
}
