package dev.fairlead.documentation;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `docs/url-map.md`: which service answers which path.
///
/// @param routes the more specific first
public record UrlMap(List<Route> routes) {

  private static final String PAGE = "docs/url-map.md";
  private static final String HEADER = "| Path pattern | Service | State |";
  private static final String BELOW = "/**";
  private static final String NOT_BUILT = "not built";

  /// Copies the routes.
  public UrlMap {
    routes = List.copyOf(routes);
  }

  /// One row.
  ///
  /// @param pattern as the page explains it
  /// @param service `gateway`, `registry` or `command`
  /// @param state `built` or `not built`
  public record Route(String pattern, String service, String state) {

    /// Whether there is something behind it.
    public boolean isBuilt() {
      return !state.equals(NOT_BUILT);
    }

    /// Whether a path, without its query, is this route's.
    public boolean matches(String path) {
      return regex().matcher(path).matches();
    }

    private Pattern regex() {
      boolean below = pattern.endsWith(BELOW);
      String fixed = below ? pattern.substring(0, pattern.length() - BELOW.length()) : pattern;
      String segments =
          Stream.of(fixed.split("/", -1))
              .map(segment -> segment.equals("{id}") ? "[^/]+" : Pattern.quote(segment))
              .collect(Collectors.joining("/"));
      return Pattern.compile(segments + (below ? "(?:/.*)?" : ""));
    }
  }

  /// Reads the page.
  public static UrlMap read() {
    return new UrlMap(
        MarkdownTable.rows(SourceTree.read(PAGE), HEADER).stream()
            .map(row -> row.stream().map(MarkdownTable::uncoded).toList())
            .map(row -> new Route(row.get(0), row.get(1), row.get(2)))
            .toList());
  }

  /// The route of a path: the first that matches.
  public Optional<Route> routeOf(String path) {
    return routes.stream().filter(route -> route.matches(path)).findFirst();
  }
}
