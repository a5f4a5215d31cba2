package dev.fairlead.protocol;

/// The bounds of a message, checked before anything is allocated for what lies beyond them, when
/// reading and when writing. Crossing one is [ProtocolException.Reason#TOO_LARGE].
///
/// Making one throws `IllegalArgumentException` if a limit is not positive.
///
/// @param messageBytesMax one whole frame
/// @param headerBytesMax the encoded `hdr`
/// @param nestingDepthMax lists and maps within one another; `props` is the first, as is the
///     outermost of a JSON body
/// @param entriesMax entries of one list or map
/// @param keyBytesMax one key of a map in the header, in UTF-8
/// @param textBytesMax one text, `bin` or extension in the header
public record ProtocolLimits(
    int messageBytesMax,
    int headerBytesMax,
    int nestingDepthMax,
    int entriesMax,
    int keyBytesMax,
    int textBytesMax) {

  /// 1 MiB a message, 16 KiB a header, 32 levels, 1024 entries, keys of 256 bytes, texts of 8
  /// KiB.
  public static final ProtocolLimits DEFAULT =
      new ProtocolLimits(1 << 20, 16 << 10, 32, 1024, 256, 8 << 10);

  /// The deepest nesting that may be set: reading is recursive, and this fits every stack.
  public static final int NESTING_DEPTH_CEILING = 256;

  /// One name in JSON outside the header, unless [#keyBytesMax()] is more: the parser keeps some
  /// thousands of the names that it met, for the life of the codec.
  public static final int BODY_KEY_BYTES_MAX = 1024;

  public ProtocolLimits {
    requirePositive("messageBytesMax", messageBytesMax);
    requirePositive("headerBytesMax", headerBytesMax);
    requirePositive("nestingDepthMax", nestingDepthMax);
    requirePositive("entriesMax", entriesMax);
    requirePositive("keyBytesMax", keyBytesMax);
    requirePositive("textBytesMax", textBytesMax);
    if (nestingDepthMax > NESTING_DEPTH_CEILING) {
      throw new IllegalArgumentException(
          "nestingDepthMax is at most " + NESTING_DEPTH_CEILING + ", not " + nestingDepthMax);
    }
  }

  /// The same limits with another bound of a frame.
  public ProtocolLimits withMessageBytesMax(int bytes) {
    return new ProtocolLimits(
        bytes, headerBytesMax, nestingDepthMax, entriesMax, keyBytesMax, textBytesMax);
  }

  /// The limits of a value that is a whole body: its texts may be as long as the message, its
  /// names up to [#BODY_KEY_BYTES_MAX].
  ProtocolLimits forBody() {
    return new ProtocolLimits(
        messageBytesMax,
        messageBytesMax,
        nestingDepthMax,
        entriesMax,
        bodyKeyBytesMax(),
        messageBytesMax);
  }

  int bodyKeyBytesMax() {
    return Math.max(keyBytesMax, BODY_KEY_BYTES_MAX);
  }

  void checkMessageBytes(long bytes) {
    check(bytes, messageBytesMax, "message");
  }

  void checkHeaderBytes(long bytes) {
    check(bytes, headerBytesMax, "header");
  }

  void checkDepth(int depth) {
    check(depth, nestingDepthMax, "nesting");
  }

  void checkEntries(long entries) {
    check(entries, entriesMax, "list or map");
  }

  void checkKeyBytes(long bytes) {
    check(bytes, keyBytesMax, "key");
  }

  void checkBodyKeyBytes(long bytes) {
    check(bytes, bodyKeyBytesMax(), "name");
  }

  void checkTextBytes(long bytes) {
    check(bytes, textBytesMax, "text");
  }

  private static void check(long actual, int max, String what) {
    if (actual > max) {
      throw ProtocolException.tooLarge(what + " beyond " + max);
    }
  }

  private static void requirePositive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be positive, not " + value);
    }
  }
}
