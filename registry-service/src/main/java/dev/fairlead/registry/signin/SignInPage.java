package dev.fairlead.registry.signin;

import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.HtmlPage;
import dev.fairlead.runtime.problem.Problem;
import java.util.Locale;
import java.util.Map;

/// Why a sign-in came to nothing, for the person who sits before the browser.
final class SignInPage {

  private SignInPage() {}

  /// The answer: a page for a browser.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException for everybody else, with the problem
  static ApiResponse of(ApiRequest request, Problem problem) {
    boolean isBrowser =
        request
            .header("Accept")
            .map(types -> types.toLowerCase(Locale.ROOT).contains("text/html"))
            .orElse(false);
    if (!isBrowser) {
      throw problem.exception();
    }
    ApiResponse page =
        new ApiResponse(
            problem.type().status(),
            Map.of(
                "Cache-Control", "no-store",
                "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
                "Referrer-Policy", "no-referrer",
                "X-Content-Type-Options", "nosniff"),
            new HtmlPage(html(problem)));
    for (Map.Entry<String, String> field : problem.headers().entrySet()) {
      page = page.withHeader(field.getKey(), field.getValue());
    }
    return page;
  }

  private static String html(Problem problem) {
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
