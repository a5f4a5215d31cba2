package dev.fairlead.bus.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// One check of a document: how much of it may still be done, and what was found.
final class Run {

  /// How many violations are told of one document.
  static final int VIOLATIONS_MAX = 10;

  /// How deep schemas may be applied within each other.
  static final int DEPTH_MAX = 500;

  private static final String TOO_COSTLY = "the document takes too much work to check";

  private final List<Violation> found = new ArrayList<>();
  private int left;
  private int depth;
  private int silent;

  /// @param steps how much may be done
  Run(int steps) {
    this.left = steps;
  }

  /// Whether there is room for that much more work. Once there is not, there never is again, and
  /// whatever the rules say no longer counts.
  boolean spend(long steps) {
    if (left < 0 || steps > left) {
      left = -1;
      return false;
    }
    left -= (int) steps;
    return true;
  }

  boolean enter() {
    depth++;
    if (depth > DEPTH_MAX) {
      left = -1;
    }
    return spend(1);
  }

  void leave() {
    depth--;
  }

  /// Asks without telling what is found on the way.
  boolean silently(BooleanSupplier question) {
    silent++;
    try {
      return question.getAsBoolean();
    } finally {
      silent--;
    }
  }

  /// Whether nobody wants to know more than that something is wrong.
  boolean isSilent() {
    return silent > 0 || found.size() >= VIOLATIONS_MAX;
  }

  /// Notes what is wrong.
  ///
  /// @return false, as a rule that is broken says
  boolean wrong(Place place, String message) {
    if (!isSilent()) {
      found.add(new Violation(place.pointer(), message));
    }
    return false;
  }

  /// What was found.
  List<Violation> violations() {
    return left < 0 ? List.of(new Violation("", TOO_COSTLY)) : List.copyOf(found);
  }
}
