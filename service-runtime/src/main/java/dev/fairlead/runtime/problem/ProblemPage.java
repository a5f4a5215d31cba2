package dev.fairlead.runtime.problem;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A problem for a person in front of a browser.
final class ProblemPage {

  private ProblemPage() {}

  /// Whether the request is a browser's that shows what comes.
  static boolean isAskedFor(HttpServerRequest request) {
    @Nullable String types = request.getHeader(HttpHeaders.ACCEPT);
    return types != null && types.toLowerCase(Locale.ROOT).contains("text/html");
  }

  /// Sets the header fields of a page that loads nothing and is kept nowhere.
  static void describe(HttpServerResponse response) {
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("X-Content-Type-Options", "nosniff");
  }

  /// The document.
  static String html(Problem problem) {
    return """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>%1$s</title></head>
        <body><h1>%1$s</h1><p>%2$s</p><p><a href="/">Fairlead</a></p></body>
        </html>
        """
        .formatted(escaped(problem.type().title()), escaped(problem.detail()));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
