package dev.fairlead.runtime.http;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which part of a list a request asks for.
///
/// @param limit how many items at most, 1 to 1000
/// @param cursor where to begin, as `next` of the page before said; absent at the beginning
public record Paging(int limit, @Nullable String cursor) {
  /// The most items of one page.
  public static final int LIMIT_MAX = 1000;

  /// The items of a page when the request does not say.
  public static final int LIMIT_DEFAULT = 100;

  /// The parameters `limit` and `cursor` of a request.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `validation-failed` for a limit out of
  ///     range
  public static Paging of(ApiRequest request) {
    return new Paging(
        request.query("limit").map(Paging::limit).orElse(LIMIT_DEFAULT),
        request.query("cursor").orElse(null));
  }

  /// The texts of the cursor; empty at the beginning.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `bad-cursor`
  public Optional<List<String>> after(int size) {
    return Optional.ofNullable(cursor).map(text -> Cursor.decode(text, size));
  }

  /// The page of `items`, which were read with one more than [#limit] so that it is known whether
  /// there are more.
  ///
  /// @param position the texts that say where an item stands in the list
  public <T> Page<T> page(List<T> items, Function<T, List<String>> position) {
    if (items.size() <= limit) {
      return new Page<>(items, null);
    }
    List<T> shown = new ArrayList<>(items.subList(0, limit));
    return new Page<>(shown, Cursor.encode(position.apply(shown.getLast())));
  }

  private static int limit(String text) {
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= LIMIT_MAX) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // told below, like every other limit that is out of range
    }
    throw Problem.of(
            ProblemType.VALIDATION_FAILED,
            "The query parameter 'limit' must be a number from 1 to " + LIMIT_MAX + ".")
        .exception();
  }

  /// The document of a list.
  ///
  /// @param items the items of this page
  /// @param next the cursor of the next page, null at the end
  public record Page<T>(List<T> items, @Nullable String next) {
    public Page {
      items = List.copyOf(items);
    }
  }
}
