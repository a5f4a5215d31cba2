package dev.fairlead.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a browser does: keeps cookies, follows redirects, fills in forms, and says where a request
/// comes from.
final class Browser implements AutoCloseable {

  private static final Pattern ACTION = Pattern.compile("<form[^>]* action=\"([^\"]+)\"");
  private static final Pattern PROMPT =
      Pattern.compile("<input type=\"hidden\" name=\"prompt\" value=\"(\\w+)\"");
  private static final int REDIRECTS_MAX = 20;

  private final CookieManager cookies = new CookieManager();
  private final HttpClient http = HttpClient.newBuilder().cookieHandler(cookies).build();
  private final URI site;

  /// @param site where the product stands
  Browser(URI site) {
    this.site = site;
  }

  /// Goes to a path of the site and follows every redirect.
  HttpResponse<String> visit(String path) {
    return follow(get(site.resolve(path)), "");
  }

  /// Signs in at the provider, and stops before what the provider sends the browser back to.
  ///
  /// @return the address of the callback, with code and state
  URI signInUpToCallback(String path, String login) {
    HttpResponse<String> page = follow(get(site.resolve(path)), "/api/v1/sign-in/callback");
    while (page.statusCode() == 200) {
      Matcher action = ACTION.matcher(page.body());
      Matcher prompt = PROMPT.matcher(page.body());
      assertThat(action.find() && prompt.find()).as(page.body()).isTrue();
      page =
          follow(
              post(
                  page.uri().resolve(action.group(1)),
                  Map.of("prompt", prompt.group(1), "login", login, "password", "any")),
              "/api/v1/sign-in/callback");
    }
    return target(page);
  }

  /// Signs in with a name that the provider knows, the whole way.
  HttpResponse<String> signIn(String login) {
    return signIn("/api/v1/sign-in?returnTo=/api/v1/me", login);
  }

  HttpResponse<String> signIn(String path, String login) {
    return follow(get(signInUpToCallback(path, login)), "");
  }

  /// Opens an address without following where it leads.
  HttpResponse<String> get(URI address) {
    return send(
        HttpRequest.newBuilder(address).header("Accept", "text/html,application/json;q=0.9"));
  }

  /// What a page of the site sends by script.
  HttpResponse<String> send(String method, String path, JsonObject body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(site.resolve(path))
            .method(method, BodyPublishers.ofString(body.encode()))
            .header("Content-Type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  /// The same from a page that knows the rules.
  HttpResponse<String> sendFromOwnPage(String method, String path, JsonObject body) {
    return send(
        method,
        path,
        body,
        "Origin",
        origin(),
        "Sec-Fetch-Site",
        "same-origin",
        "Fairlead-CSRF",
        csrfToken());
  }

  String csrfToken() {
    return new JsonObject(get(site.resolve("/api/v1/me")).body()).getString("csrfToken", "");
  }

  String origin() {
    return site.toString();
  }

  /// The value of a cookie that it keeps.
  String cookie(String name) {
    return cookies.getCookieStore().getCookies().stream()
        .filter(cookie -> cookie.getName().equals(name))
        .map(HttpCookie::getValue)
        .findFirst()
        .orElse("");
  }

  private HttpResponse<String> post(URI address, Map<String, String> form) {
    StringBuilder body = new StringBuilder();
    form.forEach(
        (name, value) ->
            body.append(name).append('=').append(URLEncoder.encode(value, UTF_8)).append('&'));
    return send(
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body.toString())));
  }

  /// @param stop a path that is not gone to any more; empty for none
  private HttpResponse<String> follow(HttpResponse<String> first, String stop) {
    HttpResponse<String> answer = first;
    for (int hops = 0; answer.statusCode() / 100 == 3; hops++) {
      assertThat(hops).isLessThan(REDIRECTS_MAX);
      if (target(answer).getPath().equals(stop)) {
        return answer;
      }
      answer = get(target(answer));
    }
    return answer;
  }

  private static URI target(HttpResponse<String> answer) {
    return answer
        .uri()
        .resolve(
            answer
                .headers()
                .firstValue("Location")
                .orElseThrow(() -> new AssertionError(answer + ": " + answer.body())));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
