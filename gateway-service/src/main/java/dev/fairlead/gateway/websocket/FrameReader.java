package dev.fairlead.gateway.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.protocol.NativeProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/// Reads the frames of a client out of what its socket brings (RFC 6455 §5), one whenever it is
/// asked. Each is looked at where it lies in the buffer that was read, and only what is not whole
/// yet is kept. Confined to one thread.
///
/// Netty's decoder and encoder are not used: with their places in the pipeline they are a fifth of
/// what an idle connection holds.
final class FrameReader {

  private static final int LAST = 0x80;
  private static final int RESERVED = 0x70;
  private static final int OPCODE = 0x0F;
  private static final int MASKED = 0x80;
  private static final int LENGTH = 0x7F;
  private static final int MASK_BYTES = 4;

  /// Less is not worth a copy.
  private static final int SPARE_BYTES = 256;

  private static final @Nullable Opcode[] OPCODES = new @Nullable Opcode[OPCODE + 1];

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  static {
    for (Opcode opcode : Opcode.values()) {
      OPCODES[opcode.bits()] = opcode;
    }
  }

  private @Nullable ByteBuf unread;
  private boolean withinMessage;
  private boolean over;

  /// What frames are given to.
  interface Frames {
    /// A frame that keeps to the rules.
    ///
    /// @param last whether the message ends with it; so with all control frames
    void frame(Opcode opcode, boolean last, byte[] payload);

    /// The client broke a rule; nothing of what still comes is looked at.
    ///
    /// @param code the close code that says which
    void broken(int code);
  }

  /// Takes what the socket brought; the buffer belongs to this reader from here on.
  void add(ByteBufAllocator allocator, ByteBuf bytes) {
    if (over || !bytes.isReadable()) {
      bytes.release();
    } else {
      ByteBuf before = unread;
      unread =
          before == null
              ? bytes
              : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, before, bytes);
    }
  }

  /// Keeps what is left in a buffer of about its own size: that into which it was read may be much
  /// larger, and who never sends the rest would hold it.
  void shrink() {
    ByteBuf rest = unread;
    if (rest != null && rest.capacity() > 2 * rest.readableBytes() + SPARE_BYTES) {
      unread = rest.alloc().buffer(rest.readableBytes()).writeBytes(rest);
      rest.release();
    }
  }

  /// Reads the next frame.
  ///
  /// @param bytesMax of its payload
  /// @return whether there was anything to read: else more must come first
  boolean next(int bytesMax, Frames to) {
    ByteBuf in = unread;
    if (in == null || in.readableBytes() < 2) {
      return false;
    }
    int start = in.readerIndex();
    int first = in.getUnsignedByte(start);
    int second = in.getUnsignedByte(start + 1);
    boolean last = (first & LAST) != 0;
    Opcode opcode = OPCODES[first & OPCODE];
    int shortLength = second & LENGTH;
    if (opcode == null
        || (first & RESERVED) != 0
        || (second & MASKED) == 0
        || !isInPlace(opcode, last, shortLength)) {
      return end(to, NativeProtocol.CLOSE_PROTOCOL_ERROR);
    }
    int header = 2 + lengthBytes(shortLength) + MASK_BYTES;
    if (in.readableBytes() < header) {
      return false;
    }
    long length = length(in, start + 2, shortLength);
    if (length > bytesMax) {
      return end(to, NativeProtocol.CLOSE_TOO_LARGE);
    }
    if (length < 0 || lengthBytes(shortLength) > lengthBytes(length)) {
      return end(to, NativeProtocol.CLOSE_PROTOCOL_ERROR);
    }
    if (in.readableBytes() - header < length) {
      return false;
    }
    int mask = in.getInt(start + header - MASK_BYTES);
    byte[] payload = new byte[(int) length];
    in.skipBytes(header).readBytes(payload);
    if (!in.isReadable()) {
      forget();
    }
    unmask(payload, mask);
    take(opcode, last, payload, to);
    return true;
  }

  private void take(Opcode opcode, boolean last, byte[] payload, Frames to) {
    if (opcode == Opcode.CLOSE) {
      int wrong = closeProblem(payload);
      if (wrong != 0) {
        end(to, wrong);
        return;
      }
      stop();
    } else if (!opcode.isControl()) {
      withinMessage = !last;
    }
    to.frame(opcode, last, payload);
  }

  /// Looks at nothing any more, and keeps nothing.
  void stop() {
    over = true;
    forget();
  }

  private void forget() {
    ByteBuf rest = unread;
    if (rest != null) {
      unread = null;
      rest.release();
    }
  }

  private boolean end(Frames to, int code) {
    stop();
    to.broken(code);
    return true;
  }

  private boolean isInPlace(Opcode opcode, boolean last, int shortLength) {
    if (opcode.isControl()) {
      return last && shortLength <= FrameWriter.CONTROL_BYTES_MAX;
    }
    return (opcode == Opcode.CONTINUATION) == withinMessage;
  }

  private static int lengthBytes(int shortLength) {
    return switch (shortLength) {
      case FrameWriter.SHORT_LENGTH -> Short.BYTES;
      case FrameWriter.LONG_LENGTH -> Long.BYTES;
      default -> 0;
    };
  }

  /// In how many bytes a length must be said: the fewest that hold it.
  private static int lengthBytes(long length) {
    if (length < FrameWriter.SHORT_LENGTH) {
      return 0;
    }
    return length <= 0xFFFF ? Short.BYTES : Long.BYTES;
  }

  private static long length(ByteBuf in, int at, int shortLength) {
    return switch (shortLength) {
      case FrameWriter.SHORT_LENGTH -> in.getUnsignedShort(at);
      case FrameWriter.LONG_LENGTH -> in.getLong(at);
      default -> shortLength;
    };
  }

  private static void unmask(byte[] payload, int mask) {
    long wide = ((long) mask << Integer.SIZE) | Integer.toUnsignedLong(mask);
    int at = 0;
    for (; at <= payload.length - Long.BYTES; at += Long.BYTES) {
      LONGS.set(payload, at, (long) LONGS.get(payload, at) ^ wide);
    }
    for (; at < payload.length; at++) {
      payload[at] ^= (byte) (mask >>> (Byte.SIZE * (3 - (at & 3))));
    }
  }

  /// What is wrong with the payload of a close frame (RFC 6455 §5.5.1, §7.4).
  ///
  /// @return the code to close with; 0 when it is as it should be
  private static int closeProblem(byte[] payload) {
    if (payload.length == 0) {
      return 0;
    }
    if (payload.length == 1) {
      return NativeProtocol.CLOSE_PROTOCOL_ERROR;
    }
    ByteBuffer all = ByteBuffer.wrap(payload);
    if (!WebSocketCloseStatus.isValidStatusCode(Short.toUnsignedInt(all.getShort()))) {
      return NativeProtocol.CLOSE_PROTOCOL_ERROR;
    }
    try {
      var _ = UTF_8.newDecoder().decode(all);
      return 0;
    } catch (CharacterCodingException e) {
      return NativeProtocol.CLOSE_MALFORMED;
    }
  }
}
