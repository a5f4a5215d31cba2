package dev.fairlead.registry.webhook;

import dev.fairlead.bus.feed.FeedEvent;
import dev.fairlead.registry.delivery.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Sends one message to a webhook, as Standard Webhooks says. Connects to the very address that it
/// has looked at, follows no redirects, and takes no more of an answer than it must.
final class WebhookSender {

  private static final int NAME_THREADS = 8;
  private static final int CONNECTIONS_MAX = 4;
  private static final int ANSWER_BYTES_MAX = 16 * 1024;
  private static final Duration PATIENCE_MAX = Duration.ofHours(8);
  private static final int GONE = 410;

  private final HttpClient client;
  private final WorkerExecutor names;
  private final WebhookSettings settings;
  private final InstantSource clock;

  /// Where a message goes to, and the secrets that it is signed with.
  record Target(String url, List<WebhookSecret> secrets) {
    Target {
      secrets = List.copyOf(secrets);
    }
  }

  /// @param clock for the times in signatures
  WebhookSender(Vertx vertx, WebhookSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(settings.timeout().toMillis()))
                .setForceSni(true)
                .setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX));
    this.names =
        vertx.createSharedWorkerExecutor(
            "webhook-names", NAME_THREADS, settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Sends an event. Never fails: what goes wrong is the outcome.
  Future<Outcome> send(Target target, String id, byte[] body) {
    Attempt attempt = new Attempt();
    return Future.<WebhookAddress>future(
            promise ->
                promise.complete(WebhookAddress.of(target.url(), settings.privateAddresses())))
        .compose(
            address ->
                names
                    .executeBlocking(() -> resolve(address), false)
                    .compose(at -> client.request(options(address, at))))
        .compose(request -> attempt.send(signed(request, target, id, body), body))
        .timeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(_ -> attempt.end())
        .recover(cause -> Future.succeededFuture(Outcome.failed(reason(cause))));
  }

  private InetAddress resolve(WebhookAddress address) throws UnknownHostException {
    InetAddress[] found = InetAddress.getAllByName(address.host());
    return settings.privateAddresses() ? found[0] : PublicAddresses.one(found);
  }

  private HttpClientRequest signed(
      HttpClientRequest request, Target target, String id, byte[] body) {
    long seconds = clock.instant().getEpochSecond();
    return request
        .putHeader("Content-Type", FeedEvent.MEDIA_TYPE)
        .putHeader("User-Agent", "Fairlead")
        .putHeader("webhook-id", id)
        .putHeader("webhook-timestamp", Long.toString(seconds))
        .putHeader(
            "webhook-signature",
            target.secrets().stream()
                .map(secret -> secret.sign(id, seconds, body))
                .collect(Collectors.joining(" ")));
  }

  /// One request, and the end of it.
  private static final class Attempt {

    private volatile @Nullable HttpClientRequest begun;
    private volatile boolean over;

    Future<Outcome> send(HttpClientRequest request, byte[] body) {
      begun = request;
      if (over) { // it took too long to connect
        request.reset();
      }
      return request.send(Buffer.buffer(body)).compose(Attempt::read);
    }

    /// Reads the answer away, so that the connection can be used again, if it is a short one.
    private static Future<Outcome> read(HttpClientResponse response) {
      Promise<Outcome> read = Promise.promise();
      Outcome outcome = outcome(response);
      int[] left = {ANSWER_BYTES_MAX};
      response.handler(
          part -> {
            left[0] -= part.length();
            if (left[0] < 0) {
              response.request().reset();
              read.tryComplete(outcome);
            }
          });
      response.endHandler(_ -> read.tryComplete(outcome));
      response.exceptionHandler(_ -> read.tryComplete(outcome));
      return read.future();
    }

    /// Gives it up, whatever it waits for.
    void end() {
      over = true;
      HttpClientRequest request = begun;
      if (request != null) {
        request.reset();
      }
    }
  }

  private static Outcome outcome(HttpClientResponse response) {
    int status = response.statusCode();
    return status / 100 == 2
        ? Outcome.delivered(status)
        : Outcome.refused(
            status,
            "the answer was " + status,
            Optional.ofNullable(response.getHeader("Retry-After")).flatMap(WebhookSender::seconds),
            status == GONE);
  }

  private static Optional<Duration> seconds(String text) {
    try {
      Duration asked = Duration.ofSeconds(Math.max(0, Integer.parseInt(text)));
      return Optional.of(asked.compareTo(PATIENCE_MAX) > 0 ? PATIENCE_MAX : asked);
    } catch (NumberFormatException e) { // a date, which nobody needs here
      return Optional.empty();
    }
  }

  /// What people are told; nothing of our own network.
  private static String reason(Throwable cause) {
    return switch (cause) {
      case TimeoutException _ -> "no answer in time";
      case UnknownHostException _ -> "the host is not known";
      case SSLException _ -> "no trust in its certificate, or no common TLS";
      case IllegalArgumentException _ -> "the address is not public";
      case dev.fairlead.runtime.problem.ProblemException problem ->
          String.valueOf(problem.getMessage());
      default -> "no connection";
    };
  }

  Future<Void> close() {
    return client.close().eventually(names::close);
  }

  /// The request to an address of a host.
  private static RequestOptions options(WebhookAddress to, InetAddress at) {
    return new RequestOptions()
        .setMethod(HttpMethod.POST)
        .setSsl(to.encrypted())
        .setHost(to.host())
        .setPort(to.port())
        .setURI(to.target())
        .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(at, to.port())));
  }
}
