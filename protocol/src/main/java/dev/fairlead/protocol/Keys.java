package dev.fairlead.protocol;

import org.jspecify.annotations.Nullable;

/// The keys of a message, the same on both wires.
final class Keys {

  static final String HEADER = "hdr";
  static final String BODY = "body";
  static final String PROTO = "proto";
  static final String TYPE = "typ";
  static final String SID = "sid";
  static final String PROPS = "props";

  private Keys() {}

  /// Refuses a key that is there twice: peers would differ in which one they take.
  static void requireFirst(@Nullable Object earlier) {
    if (earlier != null) {
      throw twice();
    }
  }

  static ProtocolException twice() {
    return ProtocolException.malformed("a key is there twice");
  }
}
