package dev.fairlead.protocol;

/// UTF-8 as RFC 3629 has it and no other: no overlong forms, no surrogates, nothing beyond
/// U+10FFFF. The JDK replaces what is wrong and Jackson lets some of it pass; a gateway must do
/// neither.
final class Utf8 {

  private Utf8() {}

  static boolean isValid(byte[] bytes, int offset, int length) {
    int end = offset + length;
    int i = offset;
    while (i < end) {
      if (bytes[i] >= 0) {
        i++;
        continue;
      }
      int size = sequenceLength(bytes, i, end);
      if (size == 0) {
        return false;
      }
      i += size;
    }
    return true;
  }

  /// The length of the multi-byte sequence at `i`, or 0 if there is no valid one (RFC 3629 §4).
  private static int sequenceLength(byte[] bytes, int i, int end) {
    int first = bytes[i] & 0xff;
    int size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || end - i < size) {
      return 0;
    }
    int second = bytes[i + 1] & 0xff;
    int lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest) {
      return 0;
    }
    for (int k = 2; k < size; k++) {
      if ((bytes[i + k] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return size;
  }

  /// How many bytes a text takes, or −1 if a surrogate in it stands alone.
  static int encodedLength(String text) {
    int length = text.length();
    int bytes = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        continue;
      }
      if (!Character.isSurrogate(c)) {
        bytes += c < 0x800 ? 1 : 2;
      } else if (isPairAt(text, i)) {
        bytes += 2;
        i++;
      } else {
        return -1;
      }
    }
    return bytes;
  }

  private static boolean isPairAt(String text, int i) {
    return i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
  }

  static void requireWellFormed(String text) {
    if (encodedLength(text) < 0) {
      throw new IllegalArgumentException("a surrogate stands alone in a text");
    }
  }
}
