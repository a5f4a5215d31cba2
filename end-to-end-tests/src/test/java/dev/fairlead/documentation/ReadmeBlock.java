package dev.fairlead.documentation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A block of shell in a document, and how it is run. The comment in `README.md` explains the
/// marks.
///
/// @param line where the block begins, from 1
/// @param run how it is run
/// @param expectation what its output must hold
/// @param script the lines of the block
public record ReadmeBlock(int line, Run run, Optional<Expectation> expectation, String script) {

  private static final String OPENING = "```sh";
  private static final String CLOSING = "```";
  private static final Pattern MARK =
      Pattern.compile(
          "<!-- run: (?<run>up|values|try|background|no)"
              + "(?: (?<when>expect|until): (?<text>\\S.*))? -->");

  /// How a block is run.
  public enum Run {
    /// By the test itself, in a way of its own.
    UP,
    /// Not at all: the test sets its variables.
    VALUES,
    /// In order, all in one shell.
    TRY,
    /// Beside the others, until the end.
    BACKGROUND,
    /// Not at all.
    NO
  }

  /// What a block's output must hold.
  ///
  /// @param text to be found in it
  /// @param repeated whether the block is run again until it does
  public record Expectation(String text, boolean repeated) {}

  /// The blocks of a document, in order.
  ///
  /// @throws IllegalArgumentException when a block has no mark, a wrong one, or no end
  public static List<ReadmeBlock> of(String document) {
    List<String> lines = document.lines().toList();
    List<ReadmeBlock> blocks = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).equals(OPENING)) {
        int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf(CLOSING);
        if (end == i) {
          throw new IllegalArgumentException("line " + (i + 1) + ": the block has no end");
        }
        blocks.add(block(i, i == 0 ? "" : lines.get(i - 1), lines.subList(i + 1, end)));
        i = end;
      }
    }
    return blocks;
  }

  private static ReadmeBlock block(int index, String mark, List<String> script) {
    Matcher matcher = MARK.matcher(mark);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "line " + (index + 1) + ": no mark before the block, or a wrong one: " + mark);
    }
    Run run = Run.valueOf(matcher.group("run").toUpperCase(Locale.ROOT));
    Optional<Expectation> expectation =
        Optional.ofNullable(matcher.group("text"))
            .map(text -> new Expectation(text, "until".equals(matcher.group("when"))));
    if (expectation.isPresent() && run != Run.TRY) {
      throw new IllegalArgumentException(
          "line " + (index + 1) + ": only a block that is tried has an output to look at");
    }
    return new ReadmeBlock(index + 1, run, expectation, String.join("\n", script));
  }
}
