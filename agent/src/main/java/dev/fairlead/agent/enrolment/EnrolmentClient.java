package dev.fairlead.agent.enrolment;

import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/// Asks the server to be enrolled, over HTTP, or HTTPS where the agent connects by `wss`. A client
/// is made for each question: there are few of them in the life of a device.
final class EnrolmentClient {

  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final String PATH = "/api/v1/enrolments";
  private static final String TYPE = "agent";
  private static final int ANSWER_BYTES_MAX = 64 << 10;
  private static final Pattern ENROLMENT_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  private static final int CREATED = 201;
  private static final int ACCEPTED = 202;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  private final URI enrolments;
  private final Optional<SSLContext> sslContext;

  /// @param url where the agent connects
  /// @param sslContext whom to trust, if not whom the JDK trusts
  EnrolmentClient(URI url, Optional<SSLContext> sslContext) {
    this.enrolments = enrolments(url);
    this.sslContext = sslContext;
  }

  /// Where to enrol with a server that devices connect to at `url`: beside `/connect`.
  static URI enrolments(URI url) {
    String path = Optional.ofNullable(url.getRawPath()).orElse("");
    String base =
        path.endsWith(NativeProtocol.PATH)
            ? path.substring(0, path.length() - NativeProtocol.PATH.length())
            : "";
    String scheme = "wss".equals(url.getScheme()) ? "https" : "http";
    return URI.create(scheme + "://" + url.getRawAuthority() + base + PATH);
  }

  /// Asks by a provisioning key. The same question may be asked again: who asks it with the secret
  /// of the first time is the same device.
  EnrolmentAnswer enrol(String key, Provisioning provisioning, String secret) {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("key", Value.of(key));
    fields.put("id", Value.of(provisioning.deviceId()));
    if (!provisioning.name().isBlank()) {
      fields.put("name", Value.of(provisioning.name()));
    }
    fields.put("type", Value.of(TYPE));
    fields.put("secret", Value.of(secret));
    return ask(enrolments, fields);
  }

  /// Asks what has become of an enrolment.
  EnrolmentAnswer claim(String enrolmentId, String secret) {
    URI claim = URI.create(enrolments + "/" + enrolmentId + "/claim");
    return ask(claim, Map.of("secret", Value.of(secret)));
  }

  /// @param body as much of it as is looked at
  private record Reply(int status, Optional<Duration> retryAfter, Body body) {

    Optional<String> text(String field) {
      return Json.readObject(body).flatMap(fields -> Json.text(fields, field));
    }

    String reason() {
      return "answered " + status + text("detail").map(detail -> ": " + detail).orElse("");
    }
  }

  private static EnrolmentAnswer answer(Reply reply) {
    return switch (reply.status()) {
      case CREATED ->
          reply
              .text("token")
              .filter(TokenSource::isToken)
              .<EnrolmentAnswer>map(EnrolmentAnswer.Accepted::new)
              .orElseGet(() -> new EnrolmentAnswer.Failed("the answer holds no token"));
      case ACCEPTED ->
          reply
              .text("enrolmentId")
              .filter(id -> ENROLMENT_ID.matcher(id).matches())
              .<EnrolmentAnswer>map(id -> new EnrolmentAnswer.Pending(id, reply.retryAfter()))
              .orElseGet(() -> new EnrolmentAnswer.Failed("the answer names no enrolment"));
      case UNAUTHORIZED, FORBIDDEN, CONFLICT -> new EnrolmentAnswer.Refused(reply.reason());
      case NOT_FOUND -> new EnrolmentAnswer.Forgotten();
      case TOO_MANY_REQUESTS, UNAVAILABLE ->
          new EnrolmentAnswer.Later(reply.reason(), reply.retryAfter());
      default -> new EnrolmentAnswer.Failed(reply.reason());
    };
  }

  private EnrolmentAnswer ask(URI uri, Map<String, Value> fields) {
    try {
      return answer(send(uri, fields));
    } catch (IOException e) {
      return new EnrolmentAnswer.Failed("failed: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new EnrolmentAnswer.Failed("was interrupted");
    }
  }

  private Reply send(URI uri, Map<String, Value> fields) throws IOException, InterruptedException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    sslContext.ifPresent(builder::sslContext);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Json.write(fields).toByteArray()))
            .build();
    HttpClient client = builder.build();
    try {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        return new Reply(
            response.statusCode(),
            retryAfter(response),
            Body.of(body.readNBytes(ANSWER_BYTES_MAX)));
      }
    } finally {
      client.shutdownNow();
    }
  }

  /// Seconds; the other form, a date, is left to the back-off.
  private static Optional<Duration> retryAfter(HttpResponse<?> response) {
    try {
      return response
          .headers()
          .firstValue("Retry-After")
          .map(seconds -> Duration.ofSeconds(Integer.parseInt(seconds.strip())));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
