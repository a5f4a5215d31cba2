package dev.fairlead.runtime.http;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Says in our words what the validator of schemas says in its own, as far as contracts use it.
final class ViolationText {

  private static final List<Rule> RULES =
      List.of(
          new Rule("Instance does not have required property \"(.*)\"", "'$1' is missing"),
          new Rule("Instance does not match any of \\[(.*)]", "it must be one of $1"),
          new Rule("Instance type \\w+ is invalid\\. Expected (.*)", "its type must be $1"),
          new Rule("String does not match pattern", "the text does not match the pattern"),
          new Rule("String is too (\\w+) \\((.*)\\)", "the text is too $1 ($2 characters)"),
          new Rule("Property name \"(.*)\" does not match schema", "there can be no '$1'"),
          new Rule("Array has too (\\w+) items \\( \\+ (.*)\\)", "there are too $1 items ($2)"));

  private ViolationText() {}

  private record Rule(Pattern said, String text) {
    Rule(String said, String text) {
      this(Pattern.compile(said, Pattern.DOTALL), text);
    }
  }

  /// The text for people; what is not known here stays as it is.
  static String of(String said) {
    for (Rule rule : RULES) {
      Matcher matcher = rule.said().matcher(said);
      if (matcher.matches()) {
        return matcher.replaceFirst(rule.text());
      }
    }
    return said;
  }
}
