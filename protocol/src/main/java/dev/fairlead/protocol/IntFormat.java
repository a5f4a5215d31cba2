package dev.fairlead.protocol;

/// The MessagePack integer formats. A peer may tell values apart by the format they came in, so
/// [Value.Int] keeps it.
public enum IntFormat {
  /// 0x00–0x7f, the value is the byte.
  POSITIVE_FIXINT(0x00, 0, 0, 0x7f),
  /// 0xe0–0xff, the value is the byte: −32 to −1.
  NEGATIVE_FIXINT(0xe0, 0, -32, -1),
  /// 0xcc and 1 byte.
  UINT8(0xcc, 1, 0, 0xff),
  /// 0xcd and 2 bytes.
  UINT16(0xcd, 2, 0, 0xffff),
  /// 0xce and 4 bytes.
  UINT32(0xce, 4, 0, 0xffff_ffffL),
  /// 0xcf and 8 bytes; a `long` carries its 64 bits, so values from 2^63 appear negative.
  UINT64(0xcf, 8, Long.MIN_VALUE, Long.MAX_VALUE),
  /// 0xd0 and 1 byte.
  INT8(0xd0, 1, Byte.MIN_VALUE, Byte.MAX_VALUE),
  /// 0xd1 and 2 bytes.
  INT16(0xd1, 2, Short.MIN_VALUE, Short.MAX_VALUE),
  /// 0xd2 and 4 bytes.
  INT32(0xd2, 4, Integer.MIN_VALUE, Integer.MAX_VALUE),
  /// 0xd3 and 8 bytes.
  INT64(0xd3, 8, Long.MIN_VALUE, Long.MAX_VALUE);

  private final int code;
  private final int payloadBytes;
  private final long min;
  private final long max;

  IntFormat(int code, int payloadBytes, long min, long max) {
    this.code = code;
    this.payloadBytes = payloadBytes;
    this.min = min;
    this.max = max;
  }

  /// The shortest format of a signed value; an unsigned one where both are equally short.
  public static IntFormat shortest(long value) {
    return value < 0 ? shortestNegative(value) : shortestPositive(value);
  }

  private static IntFormat shortestPositive(long value) {
    if (value <= POSITIVE_FIXINT.max) {
      return POSITIVE_FIXINT;
    }
    if (value <= UINT8.max) {
      return UINT8;
    }
    if (value <= UINT16.max) {
      return UINT16;
    }
    return value <= UINT32.max ? UINT32 : UINT64;
  }

  private static IntFormat shortestNegative(long value) {
    if (value >= NEGATIVE_FIXINT.min) {
      return NEGATIVE_FIXINT;
    }
    if (value >= INT8.min) {
      return INT8;
    }
    if (value >= INT16.min) {
      return INT16;
    }
    return value >= INT32.min ? INT32 : INT64;
  }

  /// Whether this format can carry the value; [#UINT64] carries any 64 bits.
  public boolean fits(long value) {
    return value >= min && value <= max;
  }

  /// The first byte on the wire; for the two fixints, the lowest first byte.
  int code() {
    return code;
  }

  /// How many bytes follow the first one.
  int payloadBytes() {
    return payloadBytes;
  }

  boolean isUnsigned() {
    return this == UINT8 || this == UINT16 || this == UINT32 || this == UINT64;
  }
}
