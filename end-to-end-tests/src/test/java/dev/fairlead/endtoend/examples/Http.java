package dev.fairlead.endtoend.examples;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Sends requests exactly as they are told, such as openings of WebSockets, which a client of
/// higher level would not let through.
final class Http implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  /// Where requests are sent from unless they say otherwise.
  static final String USUAL = "127.0.0.1";

  private static final int SWITCHING = 101;
  private static final int PATIENCE_SECONDS = 60;

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, HttpClient> clients = new HashMap<>();

  /// A request.
  ///
  /// @param target path and query, encoded
  /// @param body empty for none
  /// @param from the address that it is sent from, one of this machine's own
  record Request(
      int port,
      String method,
      String target,
      Map<String, String> headers,
      String body,
      String from) {

    Request {
      headers = Map.copyOf(headers);
    }

    Request(int port, String method, String target, Map<String, String> headers, String body) {
      this(port, method, target, headers, body, USUAL);
    }
  }

  /// What was answered.
  record Answer(int status, MultiMap headers, String body) {

    /// The document; of several lines, the first.
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JacksonException e) {
        throw new IllegalStateException("no JSON: " + body, e);
      }
    }

    /// The media type, without its parameters; empty when there is none.
    String mediaType() {
      String type = headers.get("Content-Type");
      return type == null ? "" : type.replaceFirst(";.*", "").strip();
    }
  }

  Answer send(Request request) {
    RequestOptions options =
        new RequestOptions()
            .setHost("127.0.0.1")
            .setPort(request.port())
            .setMethod(HttpMethod.valueOf(request.method()))
            .setURI(request.target());
    request.headers().forEach(options::addHeader);
    try {
      return clients
          .computeIfAbsent(request.from(), this::client)
          .request(options)
          .compose(open -> open.send(request.body()).compose(response -> read(open, response)))
          .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("no answer to " + request, e);
    }
  }

  private HttpClient client(String from) {
    return vertx.createHttpClient(new HttpClientOptions().setLocalAddress(from));
  }

  /// After a switch of protocols there is no body; the connection is given up.
  private static Future<Answer> read(HttpClientRequest request, HttpClientResponse response) {
    if (response.statusCode() == SWITCHING) {
      Answer answer = new Answer(SWITCHING, response.headers(), "");
      return request.connection().close().otherwiseEmpty().map(answer);
    }
    return response
        .body()
        .map(Buffer::toString)
        .map(body -> new Answer(response.statusCode(), response.headers(), body));
  }

  @Override
  public void close() {
    clients.values().forEach(client -> client.close().await());
    vertx.close().await();
  }
}
