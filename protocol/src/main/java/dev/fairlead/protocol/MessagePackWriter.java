package dev.fairlead.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Writes MessagePack into a growing array: the shortest form of everything but integers and
/// floats, which have theirs.
final class MessagePackWriter {

  private byte[] array;
  private int size;

  MessagePackWriter(int capacity) {
    this.array = new byte[capacity];
  }

  int size() {
    return size;
  }

  byte[] toByteArray() {
    return size == array.length ? array : Arrays.copyOf(array, size);
  }

  void writeValue(Value value) {
    switch (value) {
      case Value.Null _ -> writeByte(0xc0);
      case Value.Bool bool -> writeByte(bool.value() ? 0xc3 : 0xc2);
      case Value.Int number -> writeInt(number.value(), number.format());
      case Value.Float number -> writeFloat(number);
      case Value.Text text -> writeText(text.value());
      case Value.Bytes bytes -> writeBytes(bytes.content());
      case Value.ListValue list -> writeList(list.items());
      case Value.MapValue map -> writeMap(map.entries());
      case Value.Extension extension -> writeExtension(extension);
    }
  }

  void writeInt(long value, IntFormat format) {
    if (format.payloadBytes() == 0) {
      writeByte((int) value);
    } else {
      writeByte(format.code());
      writeBigEndian(value, format.payloadBytes());
    }
  }

  private void writeFloat(Value.Float number) {
    if (number.single()) {
      writeByte(0xca);
      writeBigEndian(Float.floatToIntBits((float) number.value()), 4);
    } else {
      writeByte(0xcb);
      writeBigEndian(Double.doubleToLongBits(number.value()), 8);
    }
  }

  void writeText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < 32) {
      writeByte(0xa0 | bytes.length);
    } else {
      writeLength(bytes.length, 0xd9);
    }
    ensure(bytes.length);
    System.arraycopy(bytes, 0, array, size, bytes.length);
    size += bytes.length;
  }

  void writeBytes(Body content) {
    writeLength(content.length(), 0xc4);
    writeContent(content);
  }

  private void writeExtension(Value.Extension extension) {
    int length = extension.content().length();
    if (Integer.bitCount(length) == 1 && length <= 16) {
      writeByte(0xd4 + Integer.numberOfTrailingZeros(length));
    } else {
      writeLength(length, 0xc7);
    }
    writeByte(extension.type());
    writeContent(extension.content());
  }

  private void writeList(List<Value> items) {
    writeCount(items.size(), 0x90, 0xdc);
    items.forEach(this::writeValue);
  }

  void writeMap(Map<String, Value> entries) {
    writeMapHeader(entries.size());
    entries.forEach(
        (key, value) -> {
          writeText(key);
          writeValue(value);
        });
  }

  void writeMapHeader(int entries) {
    writeCount(entries, 0x80, 0xde);
  }

  /// A count in the first byte, or in 16 or 32 bits behind `code16` or its successor.
  private void writeCount(int count, int fixCode, int code16) {
    if (count < 16) {
      writeByte(fixCode | count);
    } else if (count <= 0xffff) {
      writeByte(code16);
      writeBigEndian(count, 2);
    } else {
      writeByte(code16 + 1);
      writeBigEndian(count, 4);
    }
  }

  /// A length in 8, 16 or 32 bits behind `code8` or one of its two successors.
  private void writeLength(int length, int code8) {
    if (length <= 0xff) {
      writeByte(code8);
      writeByte(length);
    } else if (length <= 0xffff) {
      writeByte(code8 + 1);
      writeBigEndian(length, 2);
    } else {
      writeByte(code8 + 2);
      writeBigEndian(length, 4);
    }
  }

  private void writeContent(Body content) {
    ensure(content.length());
    content.copyTo(array, size);
    size += content.length();
  }

  private void writeByte(int value) {
    ensure(1);
    array[size++] = (byte) value;
  }

  private void writeBigEndian(long value, int bytes) {
    ensure(bytes);
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
      array[size++] = (byte) (value >>> shift);
    }
  }

  private void ensure(int more) {
    if (array.length - size < more) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, size + more));
    }
  }
}
