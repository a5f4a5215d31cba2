package dev.fairlead.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// An immutable view of bytes: the body of a message, or what a `bin` holds. Decoding makes views
/// of the frame and copies nothing, so a body keeps its whole frame reachable. Equality is by
/// content.
public final class Body {

  /// No bytes at all; on the wire, no body.
  public static final Body EMPTY = new Body(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;

  private Body(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /// A view of a whole array. The array is not copied: the caller gives it away and never alters
  /// it again.
  public static Body of(byte[] bytes) {
    return slice(bytes, 0, bytes.length);
  }

  /// A view of a part of an array, under the same condition as [#of(byte[])].
  ///
  /// @throws IndexOutOfBoundsException if the part does not lie in the array
  public static Body slice(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    return length == 0 ? EMPTY : new Body(bytes, offset, length);
  }

  /// The UTF-8 bytes of a text; a lone surrogate becomes `?`.
  public static Body utf8(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /// How many bytes.
  public int length() {
    return length;
  }

  /// Whether there are no bytes.
  public boolean isEmpty() {
    return length == 0;
  }

  /// A fresh copy of the bytes.
  public byte[] toByteArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /// The bytes without a copy.
  public ByteBuffer asReadOnlyBuffer() {
    return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
  }

  /// The bytes read as UTF-8; what is not UTF-8 becomes U+FFFD.
  public String toUtf8() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }

  byte[] array() {
    return array;
  }

  int offset() {
    return offset;
  }

  void copyTo(byte[] target, int position) {
    System.arraycopy(array, offset, target, position, length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Body that
        && Arrays.equals(
            array, offset, offset + length, that.array, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  /// The size alone: a payload never ends up in a log.
  @Override
  public String toString() {
    return "Body[" + length + " bytes]";
  }
}
