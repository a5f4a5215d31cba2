package dev.fairlead.runtime.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds what somebody meant who mistyped a name.
final class NearestName {
  /// More edits than this and a suggestion would be a guess.
  private static final int EDITS_MAX = 4;

  private NearestName() {}

  static Optional<String> of(String name, Collection<String> known) {
    return known.stream()
        .filter(candidate -> edits(name, candidate) <= Math.min(EDITS_MAX, name.length() / 3))
        .min(
            Comparator.comparingInt((String candidate) -> edits(name, candidate))
                .thenComparing(c -> c));
  }

  /// The Levenshtein distance, with one row of memory.
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int column = 0; column < row.length; column++) {
      row[column] = column;
    }
    for (int line = 1; line <= from.length(); line++) {
      int diagonal = row[0];
      row[0] = line;
      for (int column = 1; column < row.length; column++) {
        int replaced = diagonal + (from.charAt(line - 1) == to.charAt(column - 1) ? 0 : 1);
        diagonal = row[column];
        row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
      }
    }
    return row[to.length()];
  }
}
