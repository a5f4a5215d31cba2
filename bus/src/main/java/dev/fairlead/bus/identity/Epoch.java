package dev.fairlead.bus.identity;

import java.util.Comparator;

/// The place of a session among all sessions of its device: the bus generation, then the offset of
/// the session's `opened` record. The newest epoch is the only live one. As text
/// `generation.offset`.
///
/// @param generation raised by the registry when the log of sessions began anew; from 1
/// @param offset of the `opened` record in its partition; from 0
public record Epoch(long generation, long offset) implements Comparable<Epoch> {

  private static final Comparator<Epoch> ORDER =
      Comparator.comparingLong(Epoch::generation).thenComparingLong(Epoch::offset);

  /// @throws IllegalArgumentException when a part is negative
  public Epoch {
    if (generation < 0 || offset < 0) {
      throw new IllegalArgumentException("an epoch has no negative part");
    }
  }

  /// Reads the text form.
  ///
  /// @throws IllegalArgumentException when `text` is not `generation.offset`
  public static Epoch parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException("an epoch is generation.offset");
    }
    return new Epoch(
        Long.parseLong(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
  }

  /// Whether this session came after that of `other`.
  public boolean isNewerThan(Epoch other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Epoch other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return generation + "." + offset;
  }
}
