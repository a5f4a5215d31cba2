package dev.fairlead.protocol;

/// Finds where things end in JSON that nobody has parsed yet, without making anything of them. In
/// what is no JSON it finds anything; the parser is asked as well.
final class JsonScan {

  private JsonScan() {}

  /// Whether the object or array that begins at `start` ends within so many bytes, or never.
  static boolean endsWithin(Body input, int start, int bytesMax) {
    byte[] bytes = input.array();
    int from = input.offset() + start;
    int inputEnd = input.offset() + input.length();
    int end = (int) Math.min(inputEnd, (long) from + bytesMax);
    int depth = 0;
    for (int i = from; i < end; i++) {
      switch (bytes[i]) {
        case '"' -> i = textEnd(bytes, i, end) - 1;
        case '{', '[' -> depth++;
        case '}', ']' -> {
          if (--depth == 0) {
            return true;
          }
        }
        default -> {}
      }
    }
    return end == inputEnd;
  }

  /// One past the closing quote of the text that opens at `start`, or the end of the input.
  static int textEnd(Body input, int start) {
    int inputEnd = input.offset() + input.length();
    return textEnd(input.array(), input.offset() + start, inputEnd) - input.offset();
  }

  private static int textEnd(byte[] bytes, int openingQuote, int end) {
    for (int i = openingQuote + 1; i < end; i++) {
      if (bytes[i] == '\\') {
        i++;
      } else if (bytes[i] == '"') {
        return i + 1;
      }
    }
    return end;
  }
}
