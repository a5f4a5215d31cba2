package dev.fairlead.gateway.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Makes the frames of a server (RFC 6455 §5.2): whole ones, without a mask.
final class FrameWriter {

  static final int CONTROL_BYTES_MAX = 125;

  static final int SHORT_LENGTH = 126;
  static final int LONG_LENGTH = 127;

  private static final int LAST = 0x80;
  private static final int HEADER_BYTES_MAX = 10;
  private static final int STATUS_BYTES = 2;

  private FrameWriter() {}

  static ByteBuf frame(ByteBufAllocator allocator, Opcode opcode, byte[] payload) {
    int length = payload.length;
    ByteBuf frame = allocator.ioBuffer(HEADER_BYTES_MAX + length);
    frame.writeByte(LAST | opcode.bits());
    if (length < SHORT_LENGTH) {
      frame.writeByte(length);
    } else if (length <= 0xFFFF) {
      frame.writeByte(SHORT_LENGTH).writeShort(length);
    } else {
      frame.writeByte(LONG_LENGTH).writeLong(length);
    }
    return frame.writeBytes(payload);
  }

  /// A close frame. A reason beyond what fits is cut.
  static ByteBuf close(ByteBufAllocator allocator, int code, String reason) {
    byte[] text = reason.getBytes(UTF_8);
    int length = Math.min(text.length, CONTROL_BYTES_MAX - STATUS_BYTES);
    while (length < text.length && length > 0 && isWithinCharacter(text[length])) {
      length--;
    }
    byte[] payload = new byte[STATUS_BYTES + length];
    payload[0] = (byte) (code >> 8);
    payload[1] = (byte) code;
    System.arraycopy(text, 0, payload, STATUS_BYTES, length);
    return frame(allocator, Opcode.CLOSE, payload);
  }

  private static boolean isWithinCharacter(byte utf8) {
    return (utf8 & 0xC0) == 0x80;
  }
}
