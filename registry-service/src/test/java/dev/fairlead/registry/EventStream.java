package dev.fairlead.registry;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CopyOnWriteArrayList;

/// Reads Server-Sent Events as the HTML standard tells a browser to (§9.2.6): fields by lines, an
/// event at each empty line that has data, and the last id that was heard.
final class EventStream implements AutoCloseable {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final HttpResponse<InputStream> answer;
  private final List<JsonObject> events = new CopyOnWriteArrayList<>();
  private volatile String firstEventId = "";
  private volatile String lastEventId = "";
  private volatile boolean ended;

  EventStream(URI address, Map<String, String> headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(20));
    headers.forEach(request::header);
    try {
      answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try (Scanner lines = new Scanner(answer.body(), StandardCharsets.UTF_8).useDelimiter("\n")) {
      StringBuilder data = new StringBuilder();
      while (lines.hasNext()) {
        String line = lines.next();
        if (line.startsWith("data: ")) {
          data.append(line.substring("data: ".length()));
        } else if (line.startsWith("id: ")) {
          lastEventId = line.substring("id: ".length());
          firstEventId = firstEventId.isEmpty() ? lastEventId : firstEventId;
        } else if (line.isEmpty() && !data.isEmpty()) {
          events.add(new JsonObject(data.toString()));
          data.setLength(0);
        }
      }
    } finally {
      ended = true;
    }
  }

  int status() {
    return answer.statusCode();
  }

  String contentType() {
    return answer.headers().firstValue("Content-Type").orElse("");
  }

  /// What has come so far.
  List<JsonObject> events() {
    return events;
  }

  /// What to come back with after the first that was heard.
  String firstEventId() {
    return firstEventId;
  }

  /// What to come back with.
  String lastEventId() {
    return lastEventId;
  }

  boolean ended() {
    return ended;
  }

  @Override
  public void close() {
    try {
      answer.body().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
