package dev.fairlead.embedded.testing;

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
import java.util.function.Function;

/// Reads Server-Sent Events as the HTML standard tells a browser to (§9.2.6): fields by lines, an
/// event at each empty line that has data, and the last id that was heard.
///
/// @param <T> what the data of an event is read as
public final class EventStream<T> implements AutoCloseable {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final HttpResponse<InputStream> answer;
  private final Function<String, T> reader;
  private final List<T> events = new CopyOnWriteArrayList<>();
  private volatile String firstEventId = "";
  private volatile String lastEventId = "";
  private volatile boolean ended;

  /// Opens the stream.
  ///
  /// @param reader reads the data of an event
  public EventStream(URI address, Map<String, String> headers, Function<String, T> reader) {
    this.reader = reader;
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
          events.add(reader.apply(data.toString()));
          data.setLength(0);
        }
      }
    } finally {
      ended = true;
    }
  }

  /// The status of the answer.
  public int status() {
    return answer.statusCode();
  }

  /// The media type of the answer.
  public String contentType() {
    return answer.headers().firstValue("Content-Type").orElse("");
  }

  /// What has come so far; what comes afterwards is not in it.
  public List<T> events() {
    return List.copyOf(events);
  }

  /// What to come back with after the first that was heard.
  public String firstEventId() {
    return firstEventId;
  }

  /// What to come back with.
  public String lastEventId() {
    return lastEventId;
  }

  /// Whether it is over.
  public boolean ended() {
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
