package dev.fairlead.registry.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts the text of a filter into its tokens.
final class FilterTokens {

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:"
              + "(?<word>[A-Za-z_][A-Za-z0-9_-]*+)"
              + "|(?<number>-?[0-9]++(?:\\.[0-9]++)?+(?:[eE][+-]?[0-9]{1,3})?+)(?<unit>[a-z]{0,3}+)"
              + "|(?<text>\"(?:[^\"\\\\]|\\\\.)*+\"|'(?:[^'\\\\]|\\\\.)*+')"
              + "|(?<sign>\\^=|!=|<=|>=|[=<>().,]))");

  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

  /// A token.
  ///
  /// @param text without quotes and escapes
  /// @param at where it begins, from 0
  record Token(Kind kind, String text, int at) {

    boolean isWord(String word) {
      return kind == Kind.WORD && text.equals(word);
    }

    boolean isSign(String sign) {
      return kind == Kind.SIGN && text.equals(sign);
    }
  }

  /// What tokens there are.
  enum Kind {
    WORD,
    NUMBER,
    /// A number and a unit.
    QUANTITY,
    TEXT,
    SIGN,
    END
  }

  private FilterTokens() {}

  static List<Token> of(String filter) {
    List<Token> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(filter);
    int at = 0;
    while (matcher.region(at, filter.length()).lookingAt()) {
      tokens.add(token(matcher));
      at = matcher.end();
    }
    if (!filter.substring(at).isBlank()) {
      throw FilterParser.wrong(
          filter.length() - filter.substring(at).strip().length(),
          "nothing of the language stands here");
    }
    tokens.add(new Token(Kind.END, "", filter.length()));
    return tokens;
  }

  private static Token token(Matcher matcher) {
    if (matcher.group("word") != null) {
      return new Token(Kind.WORD, matcher.group("word"), matcher.start("word"));
    }
    if (matcher.group("number") != null) {
      boolean plain = matcher.group("unit").isEmpty();
      return new Token(
          plain ? Kind.NUMBER : Kind.QUANTITY,
          matcher.group("number") + (plain ? "" : " " + matcher.group("unit")),
          matcher.start("number"));
    }
    if (matcher.group("text") != null) {
      String quoted = matcher.group("text");
      String text = ESCAPED.matcher(quoted.substring(1, quoted.length() - 1)).replaceAll("$1");
      return new Token(Kind.TEXT, text, matcher.start("text"));
    }
    return new Token(Kind.SIGN, matcher.group("sign"), matcher.start("sign"));
  }
}
