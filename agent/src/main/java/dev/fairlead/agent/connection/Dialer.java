package dev.fairlead.agent.connection;

import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/// Makes sockets: the opening handshake, and what its refusals mean.
final class Dialer implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

  /// One message at a time, and the ends that may follow it.
  private static final int EVENTS_MAX = 8;

  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  private final ConnectionSettings settings;
  private final LastSession lastSession;
  private final MessageCodec codec;
  private final HttpClient client;
  private final boolean shared;

  /// Which of the URLs is tried.
  private int at;

  Dialer(ConnectionSettings settings, LastSession lastSession) {
    this(settings, lastSession, Optional.empty());
  }

  /// @param client that makes the sockets and is left open; if none, one by the settings
  Dialer(ConnectionSettings settings, LastSession lastSession, Optional<HttpClient> client) {
    this.settings = settings;
    this.lastSession = lastSession;
    this.codec = settings.wire().codec(ProtocolLimits.DEFAULT);
    this.shared = client.isPresent();
    this.client = client.orElseGet(() -> client(settings));
  }

  private static HttpClient client(ConnectionSettings settings) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    settings.sslContext().ifPresent(builder::sslContext);
    return builder.build();
  }

  /// The URL that is tried next, or was connected to last. For whoever dials.
  URI url() {
    return settings.urls().get(at);
  }

  MessageCodec codec() {
    return codec;
  }

  /// Connects; blocks until the gateway has switched protocols.
  ///
  /// @throws DialException if it did not
  Socket dial() throws DialException, InterruptedException {
    BlockingQueue<Event> events = new ArrayBlockingQueue<>(EVENTS_MAX);
    SocketListener listener =
        new SocketListener(
            settings.wire(), codec, ProtocolLimits.DEFAULT.messageBytesMax(), events);
    WebSocket socket;
    try {
      socket = await(handshake(listener));
    } catch (DialException e) {
      at = (at + 1) % settings.urls().size();
      throw e;
    }
    if (!socket.getSubprotocol().equals(settings.wire().subprotocol())) {
      socket.abort();
      throw new DialException(new Ending.Lost("the server does not speak this protocol"));
    }
    return new Socket(socket, codec, settings.wire().isBinary(), events, listener);
  }

  private CompletableFuture<WebSocket> handshake(SocketListener listener) throws DialException {
    WebSocket.Builder builder =
        client
            .newWebSocketBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .subprotocols(settings.wire().subprotocol());
    String token = token();
    if (token.isEmpty()) {
      settings.sslContext().ifPresent(Dialer::forgetSessions);
    } else {
      builder.header("Authorization", "Bearer " + token);
    }
    lastSession
        .headerValue()
        .ifPresent(value -> builder.header(NativeProtocol.HEADER_LAST_SESSION, value));
    return builder.buildAsync(url(), listener);
  }

  /// A resumed session of TLS would show the certificate with which it began, not that of now.
  private static void forgetSessions(SSLContext tls) {
    SSLSessionContext sessions = tls.getClientSessionContext();
    for (byte[] id : Collections.list(sessions.getIds())) {
      Optional.ofNullable(sessions.getSession(id)).ifPresent(SSLSession::invalidate);
    }
  }

  private String token() throws DialException {
    try {
      return settings.token().token();
    } catch (NoTokenException e) {
      throw new DialException(e.ending());
    } catch (IOException e) {
      throw new DialException(new Ending.Refused("no token: " + e.getMessage()));
    }
  }

  private static WebSocket await(CompletableFuture<WebSocket> handshake)
      throws DialException, InterruptedException {
    try {
      return handshake.get(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new DialException(ending(e.getCause()));
    } catch (TimeoutException e) {
      abandon(handshake);
      throw new DialException(new Ending.Lost("no answer in " + CONNECT_TIMEOUT));
    } catch (InterruptedException e) {
      abandon(handshake);
      throw e;
    }
  }

  /// A socket that comes too late is nobody's.
  private static void abandon(CompletableFuture<WebSocket> handshake) {
    CompletableFuture<Void> _ = handshake.thenAccept(WebSocket::abort);
  }

  private static Ending ending(@Nullable Throwable cause) {
    return cause instanceof WebSocketHandshakeException refusal
        ? ending(refusal.getResponse())
        : new Ending.Lost(String.valueOf(cause));
  }

  private static Ending ending(HttpResponse<?> response) {
    String reason = "answered " + response.statusCode();
    return switch (response.statusCode()) {
      case UNAUTHORIZED, FORBIDDEN -> new Ending.Refused(reason);
      case UNAVAILABLE, TOO_MANY_REQUESTS -> new Ending.Later(reason, retryAfter(response));
      default -> new Ending.Lost(reason);
    };
  }

  /// Seconds; the other form, a date, is left to the back-off.
  private static Optional<Duration> retryAfter(HttpResponse<?> response) {
    try {
      return response
          .headers()
          .firstValue("Retry-After")
          .map(seconds -> Duration.ofSeconds(Integer.parseInt(seconds.strip())));
    } catch (NumberFormatException | DateTimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    if (!shared) {
      client.shutdownNow();
    }
  }
}
