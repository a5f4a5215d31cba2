package dev.fairlead.documentation;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sentences of the sources' own documentation, which reflection does not know.
final class Javadoc {

  private static final String COMMENT = "((?:[ \\t]*///[^\\n]*\\n)+)[ \\t]*";

  private Javadoc() {}

  /// The comment before the place in a source that begins with this text, as one line.
  ///
  /// @throws IllegalStateException when there is none
  static String before(String source, String declaration) {
    Matcher matcher = Pattern.compile(COMMENT + Pattern.quote(declaration)).matcher(source);
    if (!matcher.find()) {
      throw new IllegalStateException("no comment before " + declaration);
    }
    return matcher.group(1).replaceAll("\\s*///\\s?", " ").strip();
  }
}
