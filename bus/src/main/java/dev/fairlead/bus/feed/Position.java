package dev.fairlead.bus.feed;

import dev.fairlead.runtime.http.Cursor;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.util.Comparator;
import java.util.List;

/// A place in a feed: right behind a row, or, with the id 0, before all rows of a transaction.
///
/// @param xid the transaction, as PostgreSQL numbers them
/// @param id the row, numbered as they were written
public record Position(long xid, long id) implements Comparable<Position> {

  private static final Comparator<Position> ORDER =
      Comparator.comparingLong(Position::xid).thenComparingLong(Position::id);

  /// Before everything.
  public static final Position ZERO = new Position(0, 0);

  /// The text for it, safe in a URL and in a header field.
  public String cursor() {
    return Cursor.encode(List.of(Long.toString(xid), Long.toString(id)));
  }

  /// Reads what [#cursor] made.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `bad-cursor` for anything else
  public static Position of(String cursor) {
    List<String> texts = Cursor.decode(cursor, 2);
    try {
      Position position =
          new Position(Long.parseLong(texts.getFirst()), Long.parseLong(texts.getLast()));
      if (position.compareTo(ZERO) >= 0 && position.id >= 0) {
        return position;
      }
    } catch (NumberFormatException e) {
      // told below, like numbers that no change has
    }
    throw Problem.of(ProblemType.BAD_CURSOR, "The cursor is not one of the changes.").exception();
  }

  /// The later of two.
  Position orLater(Position other) {
    return compareTo(other) >= 0 ? this : other;
  }

  @Override
  public int compareTo(Position other) {
    return ORDER.compare(this, other);
  }
}
