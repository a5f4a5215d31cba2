package dev.fairlead.registry.filter;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// The words by which people look for a device: letters and digits in lower case.
public final class SearchWords {

  private SearchWords() {}

  /// The words of some texts, each once, in their order.
  public static Set<String> of(Stream<String> texts) {
    Set<String> words = new LinkedHashSet<>();
    texts.forEach(text -> split(text.toLowerCase(Locale.ROOT), words));
    return words;
  }

  private static void split(String text, Set<String> words) {
    int begin = 0;
    int at = 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      int next = at + Character.charCount(point);
      if (!Character.isLetterOrDigit(point)) {
        add(text, begin, at, words);
        begin = next;
      }
      at = next;
    }
    add(text, begin, at, words);
  }

  private static void add(String text, int begin, int end, Set<String> words) {
    if (begin < end) {
      words.add(text.substring(begin, end));
    }
  }
}
