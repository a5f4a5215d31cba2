package dev.fairlead.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/// Reads MessagePack from a part of an array. Every declared length is held to the limits and to
/// the bytes that are there before anything is made of it; content is never copied.
final class MessagePackReader {

  private final byte[] array;
  private final int end;
  private final ProtocolLimits limits;
  private int position;

  /// Where the current section must end, as far as limits go; [#end] is where the bytes do.
  private int sectionEnd;

  MessagePackReader(byte[] array, int offset, int length, ProtocolLimits limits) {
    this.array = array;
    this.position = offset;
    this.end = offset + length;
    this.sectionEnd = end;
    this.limits = limits;
  }

  /// Reads a section that may take no more than so many bytes.
  <T> T within(int bytesMax, Function<MessagePackReader, T> section) {
    sectionEnd = (int) Math.min(end, (long) position + bytesMax);
    T result = section.apply(this);
    sectionEnd = end;
    return result;
  }

  void requireEnd() {
    if (position != end) {
      throw ProtocolException.malformed("bytes behind the message");
    }
  }

  int readMapHeader() {
    int code = readByte();
    long count =
        switch (code) {
          case 0xde -> readUnsigned(2);
          case 0xdf -> readUnsigned(4);
          default -> {
            if ((code & 0xf0) != 0x80) {
              throw ProtocolException.malformed("a map is expected");
            }
            yield code & 0x0f;
          }
        };
    return checkCount(count, 2);
  }

  String readKey() {
    int code = readByte();
    long length = textLength(code);
    if (length < 0) {
      throw ProtocolException.malformed("a key is no text");
    }
    limits.checkKeyBytes(length);
    return takeText(length);
  }

  /// The body: `bin`, `str` from peers that know no other, nil for none. Its size is bounded by
  /// the frame's.
  Body readBody() {
    int code = readByte();
    if (code == 0xc0) {
      return Body.EMPTY;
    }
    long length = contentLength(code);
    if (length < 0) {
      throw ProtocolException.malformed("body is neither bin nor str");
    }
    return take(length);
  }

  /// Any value.
  ///
  /// @param depth how many lists and maps it stands in
  Value readValue(int depth) {
    int code = readByte();
    if (code <= 0x7f) {
      return new Value.Int(code, IntFormat.POSITIVE_FIXINT);
    }
    if (code >= 0xe0) {
      return new Value.Int((byte) code, IntFormat.NEGATIVE_FIXINT);
    }
    long textLength = textLength(code);
    if (textLength >= 0) {
      limits.checkTextBytes(textLength);
      return new Value.Text(takeText(textLength));
    }
    if (code <= 0x8f) {
      return readMap(code & 0x0f, depth + 1);
    }
    if (code <= 0x9f) {
      return readList(code & 0x0f, depth + 1);
    }
    return switch (code) {
      case 0xc0 -> Value.ofNull();
      case 0xc2 -> new Value.Bool(false);
      case 0xc3 -> new Value.Bool(true);
      case 0xc4, 0xc5, 0xc6 -> new Value.Bytes(takeContent(readUnsigned(1 << (code - 0xc4))));
      case 0xc7, 0xc8, 0xc9 -> readExtension(readUnsigned(1 << (code - 0xc7)));
      case 0xca -> new Value.Float(Float.intBitsToFloat((int) readUnsigned(4)), true);
      case 0xcb -> new Value.Float(Double.longBitsToDouble(readUnsigned(8)), false);
      case 0xcc -> new Value.Int(readUnsigned(1), IntFormat.UINT8);
      case 0xcd -> new Value.Int(readUnsigned(2), IntFormat.UINT16);
      case 0xce -> new Value.Int(readUnsigned(4), IntFormat.UINT32);
      case 0xcf -> new Value.Int(readUnsigned(8), IntFormat.UINT64);
      case 0xd0 -> new Value.Int((byte) readUnsigned(1), IntFormat.INT8);
      case 0xd1 -> new Value.Int((short) readUnsigned(2), IntFormat.INT16);
      case 0xd2 -> new Value.Int((int) readUnsigned(4), IntFormat.INT32);
      case 0xd3 -> new Value.Int(readUnsigned(8), IntFormat.INT64);
      case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> readExtension(1 << (code - 0xd4));
      case 0xdc, 0xdd -> readList(readUnsigned(2 << (code - 0xdc)), depth + 1);
      case 0xde, 0xdf -> readMap(readUnsigned(2 << (code - 0xde)), depth + 1);
      default -> throw ProtocolException.malformed("a byte that MessagePack never uses");
    };
  }

  private Value readExtension(long length) {
    byte type = (byte) readByte();
    return new Value.Extension(type, takeContent(length));
  }

  private Value readList(long declared, int depth) {
    limits.checkDepth(depth);
    int count = checkCount(declared, 1);
    if (count == 0) {
      return Value.ListValue.EMPTY;
    }
    List<Value> items = new ArrayList<>(count);
    for (int left = count; left > 0; left--) {
      items.add(readValue(depth));
    }
    return new Value.ListValue(items);
  }

  private Value readMap(long declared, int depth) {
    limits.checkDepth(depth);
    int count = checkCount(declared, 2);
    if (count == 0) {
      return Value.MapValue.EMPTY;
    }
    LinkedHashMap<String, Value> entries = LinkedHashMap.newLinkedHashMap(count);
    for (int left = count; left > 0; left--) {
      String key = readKey();
      if (entries.put(key, readValue(depth)) != null) {
        throw Keys.twice();
      }
    }
    return new Value.MapValue(OrderedMap.adopt(entries));
  }

  /// Skips one value without making anything of it, but within the same limits.
  void skip(int depth) {
    int code = readByte();
    if (code <= 0x7f || code >= 0xe0) {
      return;
    }
    long length = contentLength(code);
    if (length >= 0) {
      take(length);
      return;
    }
    switch (code) {
      case 0xc0, 0xc2, 0xc3 -> {}
      case 0xcc, 0xd0 -> take(1);
      case 0xcd, 0xd1 -> take(2);
      case 0xca, 0xce, 0xd2 -> take(4);
      case 0xcb, 0xcf, 0xd3 -> take(8);
      case 0xc7, 0xc8, 0xc9 -> take(1 + readUnsigned(1 << (code - 0xc7)));
      case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> take(1 + (1L << (code - 0xd4)));
      case 0xdc, 0xdd -> skipItems(readUnsigned(2 << (code - 0xdc)), 1, depth);
      case 0xde, 0xdf -> skipItems(readUnsigned(2 << (code - 0xde)), 2, depth);
      default -> skipShortItems(code, depth);
    }
  }

  private void skipShortItems(int code, int depth) {
    switch (code & 0xf0) {
      case 0x80 -> skipItems(code & 0x0f, 2, depth);
      case 0x90 -> skipItems(code & 0x0f, 1, depth);
      default -> throw ProtocolException.malformed("a byte that MessagePack never uses");
    }
  }

  private void skipItems(long declared, int valuesEach, int depth) {
    limits.checkDepth(depth);
    for (int left = checkCount(declared, valuesEach) * valuesEach; left > 0; left--) {
      skip(depth + 1);
    }
  }

  /// The length that a `str` or `bin` declares, or −1 if the code is of neither.
  private long contentLength(int code) {
    return code >= 0xc4 && code <= 0xc6 ? readUnsigned(1 << (code - 0xc4)) : textLength(code);
  }

  private long textLength(int code) {
    if (code >= 0xa0 && code <= 0xbf) {
      return code & 0x1f;
    }
    return code >= 0xd9 && code <= 0xdb ? readUnsigned(1 << (code - 0xd9)) : -1;
  }

  /// Each value takes a byte at least, so a count beyond what is left is a lie.
  private int checkCount(long count, int bytesEachMin) {
    limits.checkEntries(count);
    if (count * bytesEachMin > end - position) {
      throw truncated();
    }
    return (int) count;
  }

  private String takeText(long length) {
    Body bytes = take(length);
    if (!Utf8.isValid(bytes.array(), bytes.offset(), bytes.length())) {
      throw ProtocolException.malformed("a text is not UTF-8");
    }
    return new String(bytes.array(), bytes.offset(), bytes.length(), StandardCharsets.UTF_8);
  }

  private Body takeContent(long length) {
    limits.checkTextBytes(length);
    return take(length);
  }

  private Body take(long length) {
    int start = position;
    advance(length);
    return Body.slice(array, start, (int) length);
  }

  private int readByte() {
    int start = position;
    advance(1);
    return array[start] & 0xff;
  }

  private long readUnsigned(int bytes) {
    int start = position;
    advance(bytes);
    long value = 0;
    for (int i = start; i < position; i++) {
      value = (value << 8) | (array[i] & 0xff);
    }
    return value;
  }

  private void advance(long bytes) {
    if (bytes > end - position) {
      throw truncated();
    }
    if (bytes > sectionEnd - position) {
      throw ProtocolException.tooLarge("header beyond " + limits.headerBytesMax());
    }
    position += (int) bytes;
  }

  private static ProtocolException truncated() {
    return ProtocolException.malformed("the message ends too early");
  }
}
