package dev.fairlead.documentation;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// `docs/url-map.md`: which service answers which path.
///
/// @param routes the more specific first
public record UrlMap(List<Route> routes) {

  private static final String PAGE = "docs/url-map.md";
  private static final String HEADER = "| Path pattern | Service | State |";
  private static final String BELOW = "/**";
  private static final String NOT_BUILT = "not built";

  /// Paths at the borders between routes.
  public static final List<String> BORDERS =
      List.of(
          "/",
          "/connector",
          "/api/v1/openapi",
          "/api/v1/openapi/page/page.js",
          "/api/v1/devices",
          "/api/v1/devices/commands",
          "/api/v1/devices/x/commandsandmore",
          "/api/v1/devices/x/terminal/more",
          "/api/v1/devices/a/b/commands",
          "/api/v1/commands",
          "/api/v1/commandsandmore",
          "/pixelblaze",
          "/pixelblazes",
          "/wss");

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
      return Pattern.matches(expression(), path);
    }

    /// The same as a regular expression, for Java and for HAProxy.
    public String expression() {
      boolean below = pattern.endsWith(BELOW);
      String fixed = below ? pattern.substring(0, pattern.length() - BELOW.length()) : pattern;
      return "^"
          + fixed.replace(".", "[.]").replace("{id}", "[^/]+")
          + (below ? "(/.*)?" : "")
          + "$";
    }

    /// A path of this route, such that no other segment is like the one put in.
    public String examplePath() {
      return UrlMap.examplePath(pattern);
    }
  }

  /// A path of a pattern, such that no other segment is like the one put in.
  static String examplePath(String pattern) {
    return pattern.replaceAll("\\{\\w+}", "some-id").replace("/**", "/some/thing");
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
