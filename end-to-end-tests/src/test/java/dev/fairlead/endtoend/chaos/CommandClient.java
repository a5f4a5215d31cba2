package dev.fairlead.endtoend.chaos;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Asks one command service or another until one answers: what cannot be reached, takes too long or
/// says that it cannot at the moment (503, 429) is asked again.
final class CommandClient implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int PAUSE_MILLIS = 100;
  private static final int PAGE = 1000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();
  private final List<Integer> services;
  private final String key;
  private final Duration patience;

  /// An answer that is one: no 503, no 429.
  record Answer(int status, JsonNode body) {}

  /// @param services their ports on the loopback
  /// @param key of an operator
  /// @param patience how long a request is tried
  CommandClient(List<Integer> services, String key, Duration patience) {
    this.services = List.copyOf(services);
    this.key = key;
    this.patience = patience;
  }

  /// Sends a command.
  Answer send(Order order, String idempotencyKey, Random random) throws InterruptedException {
    return ask(
        "POST",
        "/api/v1/devices/" + order.device() + "/commands",
        Optional.of(order.json()),
        Optional.of(idempotencyKey),
        random);
  }

  /// Takes a command back.
  Answer cancel(String id, Random random) throws InterruptedException {
    return ask(
        "POST", "/api/v1/commands/" + id + "/cancel", Optional.empty(), Optional.empty(), random);
  }

  /// All commands of a device, the newest first.
  List<JsonNode> list(String device, Random random) throws InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    String cursor = "";
    do {
      String path = "/api/v1/devices/" + device + "/commands?limit=" + PAGE + cursor;
      Answer answer = ask("GET", path, Optional.empty(), Optional.empty(), random);
      if (answer.status() != 200) {
        throw new IllegalStateException("no list of commands: " + answer);
      }
      answer.body().path("items").forEach(all::add);
      JsonNode next = answer.body().path("next");
      cursor = next.isTextual() ? "&cursor=" + next.asText() : "";
    } while (!cursor.isEmpty());
    return all;
  }

  private Answer ask(
      String method,
      String path,
      Optional<String> body,
      Optional<String> idempotencyKey,
      Random random)
      throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    String last = "nothing";
    while (System.nanoTime() - end < 0) {
      int port = services.get(random.nextInt(services.size()));
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .timeout(TIMEOUT)
              .header("Authorization", "Bearer " + key)
              .method(
                  method,
                  body.map(HttpRequest.BodyPublishers::ofString)
                      .orElse(HttpRequest.BodyPublishers.noBody()));
      body.ifPresent(_ -> request.header("Content-Type", "application/json"));
      idempotencyKey.ifPresent(value -> request.header("Idempotency-Key", value));
      try {
        HttpResponse<String> response =
            client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 503 && response.statusCode() != 429) {
          return new Answer(response.statusCode(), JSON.readTree(response.body()));
        }
        last = "status " + response.statusCode();
      } catch (JacksonException e) {
        throw new IllegalStateException("no JSON was answered to " + method + " " + path, e);
      } catch (IOException e) {
        last = e.toString();
      }
      pause(PAUSE_MILLIS);
    }
    throw new IllegalStateException("no answer to " + method + " " + path + ", but " + last);
  }

  /// Lets time go by.
  static void pause(long millis) throws InterruptedException {
    boolean _ = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
