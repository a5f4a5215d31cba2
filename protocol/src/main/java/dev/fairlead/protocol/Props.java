package dev.fairlead.protocol;

import java.time.Duration;

/// Reads props that a message must have.
final class Props {

  private Props() {}

  static void requireType(Header header, int proto, String type) {
    if (header.proto() != proto || !header.type().equals(type)) {
      throw new IllegalArgumentException(
          "not a message of proto " + proto + " and type " + type + ": " + header.proto());
    }
  }

  static String text(Header header, String name) {
    return header.textProp(name).orElseThrow(() -> missing(name));
  }

  static long integer(Header header, String name) {
    return header.longProp(name).orElseThrow(() -> missing(name));
  }

  static Duration millis(Header header, String name) {
    long millis = integer(header, name);
    if (millis < 0) {
      throw ProtocolException.malformed("negative prop: " + name);
    }
    return Duration.ofMillis(millis);
  }

  private static ProtocolException missing(String name) {
    return ProtocolException.malformed("prop missing or of the wrong kind: " + name);
  }
}
