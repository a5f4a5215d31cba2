package dev.fairlead.bus.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/// Regular expressions in schemas. They are matched by RE2, in a time that grows with the text and
/// never explodes: Java's own would let a pattern such as `^(a+)+$` and 40 characters hold up a
/// thread for years. What RE2 does not know, references back and looking ahead or behind, is
/// refused.
final class Patterns {

  /// The longest pattern, in characters.
  static final int LENGTH_MAX = 512;

  /// How large patterns of a schema may be together, in instructions of RE2: `[0-9]{4}` has four.
  static final int INSTRUCTIONS_MAX = 20_000;

  /// How large one may be.
  static final int INSTRUCTIONS_OF_ONE_MAX = 1_000;

  /// How many characters times instructions count as one step.
  private static final long WORK_OF_STEP = 16;

  private int instructions;

  /// A pattern that may match anywhere in a text.
  record Compiled(String source, Pattern pattern) {

    /// Whether it is found in a text; no where the run has no room for that.
    boolean isIn(String text, Run run) {
      long work = (text.length() + 1L) * pattern.programSize();
      return run.spend(1 + work / WORK_OF_STEP) && pattern.matcher(text).find();
    }
  }

  /// Compiles a pattern of the schema that this belongs to.
  ///
  /// @throws BadSchemaException when it is none, or too large
  Compiled compile(String source, String pointer) {
    if (source.length() > LENGTH_MAX) {
      throw new BadSchemaException(pointer, "a pattern has at most " + LENGTH_MAX + " characters");
    }
    Pattern pattern;
    try {
      pattern = Pattern.compile(source);
    } catch (PatternSyntaxException e) {
      throw new BadSchemaException(
          pointer, "the pattern is not understood (RE2): " + e.getDescription());
    }
    instructions += pattern.programSize();
    if (pattern.programSize() > INSTRUCTIONS_OF_ONE_MAX || instructions > INSTRUCTIONS_MAX) {
      throw new BadSchemaException(pointer, "the pattern is too large, as it repeats so much");
    }
    return new Compiled(source, pattern);
  }
}
