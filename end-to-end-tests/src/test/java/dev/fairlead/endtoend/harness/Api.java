package dev.fairlead.endtoend.harness;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The interface of people and programs, as an integration would use it.
public final class Api implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  private final HttpClient client;
  private final String origin;
  private final String key;

  /// On this machine, in plain HTTP.
  public Api(String key) {
    this(key, "http://127.0.0.1:", HttpClient.newHttpClient());
  }

  /// Elsewhere, or over TLS.
  ///
  /// @param origin all of a URL that stands before the port
  public Api(String key, String origin, HttpClient client) {
    this.client = client;
    this.origin = origin;
    this.key = key;
  }

  /// What was answered.
  public record Answer(int status, JsonNode body) {}

  public Answer get(int port, String path) {
    return get(port, path, Map.of());
  }

  public Answer get(int port, String path, Map<String, String> headers) {
    HttpRequest.Builder builder = request(port, path).GET();
    headers.forEach(builder::header);
    return send(builder.build());
  }

  /// Any request, with another key, answered as it came.
  public HttpResponse<String> raw(
      int port, String method, String path, Optional<String> body, String otherKey) {
    return raw(port, method, path, body, otherKey, Map.of());
  }

  /// The same with more headers.
  public HttpResponse<String> raw(
      int port,
      String method,
      String path,
      Optional<String> body,
      String otherKey,
      Map<String, String> headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(origin + port + path))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + otherKey)
            .method(
                method,
                body.map(HttpRequest.BodyPublishers::ofString)
                    .orElse(HttpRequest.BodyPublishers.noBody()));
    headers.forEach(builder::header);
    try {
      return client.send(builder.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public Answer delete(int port, String path) {
    return delete(port, path, Map.of());
  }

  public Answer delete(int port, String path, Map<String, String> headers) {
    HttpRequest.Builder builder = request(port, path).DELETE();
    headers.forEach(builder::header);
    return send(builder.build());
  }

  public Answer patch(int port, String path, String body) {
    return send(
        request(port, path)
            .header("Content-Type", "application/json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  public Answer put(int port, String path, String body) {
    return send(
        request(port, path)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  public Answer post(int port, String path, String body) {
    return post(port, path, body, Map.of());
  }

  public Answer post(int port, String path, String body, Map<String, String> headers) {
    HttpRequest.Builder builder =
        request(port, path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(builder::header);
    return send(builder.build());
  }

  private HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create(origin + port + path))
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + key);
  }

  private Answer send(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      String body = response.body();
      return new Answer(
          response.statusCode(), body.isEmpty() ? JSON.nullNode() : JSON.readTree(body));
    } catch (JacksonException e) {
      throw new IllegalStateException("no JSON was answered to " + request, e);
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
