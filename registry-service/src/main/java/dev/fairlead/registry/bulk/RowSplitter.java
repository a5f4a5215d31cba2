package dev.fairlead.registry.bulk;

import java.util.Arrays;
import java.util.Optional;

/// Cuts a body into rows while it comes. In CSV a line break within quotes belongs to its field
/// (RFC 4180 §2.6), where a quote opens a field only as its first character.
///
/// A row that is too long ends at its next line break, be it within quotes: a quote that is never
/// closed costs its own row, and not all that follow.
final class RowSplitter {

  /// The longest row: the largest device that there can be fits.
  static final int ROW_BYTES_MAX = 256 << 10;

  private static final int HELD_FIRST = 64 << 10;

  /// Where in a field one is.
  private enum Field {
    BEGINS,
    PLAIN,
    QUOTED,
    /// Behind a quote that closes, unless another follows: two stand for one.
    CLOSED
  }

  private final boolean quotes;
  private byte[] held = new byte[HELD_FIRST];
  private int from;
  private int scanned;
  private int to;

  /// The place of [#from] in the whole body, and the line breaks before it.
  private long offset;

  private long lines;

  private Field field = Field.BEGINS;
  private boolean skipping;

  /// The line breaks of what was skipped, and of the row that is scanned.
  private long breaks;

  /// @param quotes whether there are any
  /// @param offset where the body goes on: at the beginning of a row
  /// @param lines how many line breaks lie before
  RowSplitter(boolean quotes, long offset, long lines) {
    this.quotes = quotes;
    this.offset = offset;
    this.lines = lines;
  }

  /// A row without its line break.
  ///
  /// @param line on which it begins, from 1
  /// @param end the place in the body behind its line break
  /// @param lines how many line breaks lie before that
  /// @param bytes the row; nothing of one that is too long
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Raw(long line, long end, long lines, byte[] bytes, boolean tooLong) {}

  /// Takes in what comes next.
  void add(byte[] part) {
    if (to + part.length > held.length) {
      int size = to - from;
      byte[] next =
          size + part.length > held.length
              ? new byte[Math.max(held.length * 2, size + part.length)]
              : held;
      System.arraycopy(held, from, next, 0, size);
      held = next;
      scanned -= from;
      to = size;
      from = 0;
    }
    System.arraycopy(part, 0, held, to, part.length);
    to += part.length;
  }

  /// The next row; empty when more is needed for it.
  Optional<Raw> next() {
    while (scanned < to) {
      byte at = held[scanned++];
      if (at == '\n') {
        breaks++;
        if (field != Field.QUOTED || skipping) {
          return Optional.of(take(scanned - 1));
        }
      } else if (quotes) {
        follow(at);
      }
      if (scanned - from > ROW_BYTES_MAX) {
        skip();
      }
    }
    return Optional.empty();
  }

  /// What is left at the end of the body; empty where nothing is.
  Optional<Raw> rest() {
    return from == to && !skipping ? Optional.empty() : Optional.of(take(to));
  }

  private void follow(byte at) {
    field =
        switch (field) {
          case BEGINS -> at == '"' ? Field.QUOTED : at == ',' ? Field.BEGINS : Field.PLAIN;
          case PLAIN -> at == ',' ? Field.BEGINS : Field.PLAIN;
          case QUOTED -> at == '"' ? Field.CLOSED : Field.QUOTED;
          case CLOSED -> at == '"' ? Field.QUOTED : at == ',' ? Field.BEGINS : Field.PLAIN;
        };
  }

  /// Lets go of what is held of a row that is too long.
  private void skip() {
    skipping = true;
    offset += scanned - from;
    from = scanned;
  }

  private Raw take(int end) {
    byte[] bytes = skipping ? new byte[0] : Arrays.copyOfRange(held, from, trimmed(end));
    offset += scanned - from;
    from = scanned;
    Raw raw = new Raw(lines + 1, offset, lines + breaks, bytes, skipping);
    lines += breaks;
    breaks = 0;
    field = Field.BEGINS;
    skipping = false;
    return raw;
  }

  private int trimmed(int end) {
    return end > from && held[end - 1] == '\r' ? end - 1 : end;
  }
}
