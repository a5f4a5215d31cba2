package dev.fairlead.gateway.websocket;

/// What a frame is (RFC 6455 §5.2).
enum Opcode {
  CONTINUATION(0x0),
  TEXT(0x1),
  BINARY(0x2),
  CLOSE(0x8),
  PING(0x9),
  PONG(0xA);

  private final int bits;

  Opcode(int bits) {
    this.bits = bits;
  }

  int bits() {
    return bits;
  }

  boolean isControl() {
    return bits >= 0x8;
  }
}
