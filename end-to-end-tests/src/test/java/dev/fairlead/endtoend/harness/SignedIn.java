package dev.fairlead.endtoend.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;

/// A page in a browser whose user has signed in with a key.
public final class SignedIn implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
  private final String origin;

  /// @param port of a registry
  public SignedIn(int port, String key) {
    origin = "http://127.0.0.1:" + port;
    send(page("/api/v1/sign-in/key").POST(BodyPublishers.ofString("{\"key\":\"" + key + "\"}")));
  }

  /// A token that the page may show to every service.
  public String token() {
    String csrf = send(page("/api/v1/me").GET()).path("csrfToken").asText();
    return send(page("/api/v1/token")
            .header("Fairlead-CSRF", csrf)
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
