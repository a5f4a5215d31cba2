package dev.fairlead.endtoend.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;

/// A page in a browser whose user has signed in with a key.
public final class SignedIn implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final CookieManager cookies = new CookieManager();
  private final HttpClient client = HttpClient.newBuilder().cookieHandler(cookies).build();
  private final String origin;

  /// @param port of a registry
  public SignedIn(int port, String key) {
    origin = "http://127.0.0.1:" + port;
    send(page("/api/v1/sign-in/key").POST(BodyPublishers.ofString("{\"key\":\"" + key + "\"}")));
  }

  /// The cookie of the session.
  public HttpCookie cookie() {
    return cookies.getCookieStore().getCookies().getFirst();
  }

  /// The token that says that a page of the session asks.
  public String csrfToken() {
    return send(page("/api/v1/me").GET()).path("csrfToken").asText();
  }

  /// A token that the page may show to every service.
  public String token() {
    return send(page("/api/v1/token")
            .header("Fairlead-CSRF", csrfToken())
            .POST(BodyPublishers.ofString("{}")))
        .path("token")
        .asText();
  }

  private HttpRequest.Builder page(String path) {
    return HttpRequest.newBuilder(URI.create(origin + path))
        .header("Origin", origin)
        .header("Content-Type", "application/json");
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      return JSON.readTree(
          client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
