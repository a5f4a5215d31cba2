package dev.fairlead.bus.schema;

/// One way in which a document breaks a schema.
///
/// @param pointer where in the document: a JSON pointer (RFC 6901), empty for all of it
/// @param message what is wrong there, for people
public record Violation(String pointer, String message) {

  /// The longest pointer and the longest message that are told, in characters.
  public static final int LENGTH_MAX = 256;

  /// Cuts what is too long.
  public Violation {
    pointer = cut(pointer);
    message = cut(message);
  }

  private static String cut(String text) {
    if (text.length() <= LENGTH_MAX) {
      return text;
    }
    int end = LENGTH_MAX - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + '…';
  }
}
