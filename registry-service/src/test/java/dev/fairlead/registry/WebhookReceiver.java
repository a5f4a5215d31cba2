package dev.fairlead.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Somebody who is sent webhooks. Checks signatures by the text of the Standard Webhooks
/// specification, on its own.
final class WebhookReceiver implements AutoCloseable {

  private final HttpServer server;
  private final List<Message> messages = new CopyOnWriteArrayList<>();
  private volatile Answer answer = message -> 200;

  /// What came.
  record Message(Map<String, String> headers, String body, int answered) {

    String id() {
      return headers.getOrDefault("webhook-id", "");
    }

    JsonObject event() {
      return new JsonObject(body);
    }

    String subject() {
      return event().getString("subject");
    }

    /// Whether one of the signatures is that of this secret, and the time is about now.
    boolean isSignedWith(String secret) {
      String timestamp = headers.getOrDefault("webhook-timestamp", "0");
      Duration age =
          Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), Instant.now());
      if (age.abs().compareTo(Duration.ofMinutes(5)) > 0) {
        return false;
      }
      byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
      String signed = id() + "." + timestamp + "." + body;
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        String expected =
            "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
        return Arrays.asList(headers.getOrDefault("webhook-signature", "").split(" ", -1))
            .contains(expected);
      } catch (GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }
  }

  /// What it answers.
  interface Answer {
    int to(JsonObject event) throws IOException;
  }

  WebhookReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::take);
    server.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    int status = answer.to(new JsonObject(body));
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
    messages.add(new Message(headers, body, status));
    if (status / 100 == 3) {
      exchange.getResponseHeaders().add("Location", url() + "/elsewhere");
    }
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook?a=b";
  }

  void answers(Answer other) {
    answer = other;
  }

  /// What has come so far.
  List<Message> messages() {
    return messages;
  }

  /// The devices that what was taken is about, in the order in which it came.
  List<String> taken() {
    return messages.stream()
        .filter(message -> message.answered() / 100 == 2)
        .map(Message::subject)
        .toList();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
