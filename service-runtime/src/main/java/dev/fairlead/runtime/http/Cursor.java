package dev.fairlead.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.util.Base64;
import java.util.List;

/// The opaque place in a list where the next page begins: texts, such as the sort key and the id of
/// the last item.
public final class Cursor {
  /// Longer ones were not made here.
  private static final int LENGTH_MAX = 2048;

  private Cursor() {}

  /// The cursor of these texts, safe in a URL.
  public static String encode(List<String> parts) {
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(Json.write(parts));
    if (text.length() > LENGTH_MAX) {
      throw new IllegalArgumentException("a cursor longer than " + LENGTH_MAX);
    }
    return text;
  }

  /// The `size` texts of a cursor.
  ///
  /// @throws ProblemException `bad-cursor` for what [#encode] did not make of so many texts
  public static List<String> decode(String cursor, int size) {
    if (cursor.length() > LENGTH_MAX) {
      throw bad();
    }
    List<String> parts;
    try {
      String json = new String(Base64.getUrlDecoder().decode(cursor), UTF_8);
      parts = List.of(Json.read(json.getBytes(UTF_8), String[].class));
    } catch (IllegalArgumentException | NullPointerException | ProblemException e) {
      throw bad();
    }
    if (parts.size() != size) {
      throw bad();
    }
    return parts;
  }

  private static ProblemException bad() {
    return Problem.of(
            ProblemType.BAD_CURSOR,
            "Take the cursor from 'next' of the page before, or begin without one.")
        .exception();
  }
}
