package dev.fairlead.endtoend.harness;

import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Command;
import dev.fairlead.protocol.Desired;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.Value;
import dev.fairlead.protocol.WireFormat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/// A device as somebody would write one with the protocol module: it runs each command id once,
/// answers each delivery, and keeps count of both. It connects when it is told to, never by itself.
public final class TestDevice {

  private static final MessageCodec CODEC = WireFormat.MESSAGE_PACK.codec(ProtocolLimits.DEFAULT);

  private final HttpClient client;
  private final String id;
  private final String token;
  private final Optional<String> certificate;
  private final List<String> run = new CopyOnWriteArrayList<>();
  private final Set<String> deliveries = ConcurrentHashMap.newKeySet();
  private final Map<String, String> subDevices = new ConcurrentHashMap<>();
  private final Map<String, String> traces = new ConcurrentHashMap<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final TestTwin twin = new TestTwin();
  private final Map<String, Body> unacknowledged = new ConcurrentHashMap<>();
  private final AtomicReference<Optional<Link>> link = new AtomicReference<>(Optional.empty());

  public TestDevice(HttpClient client, String id, String token) {
    this(client, id, token, Optional.empty());
  }

  private TestDevice(HttpClient client, String id, String token, Optional<String> certificate) {
    this.client = client;
    this.id = id;
    this.token = token;
    this.certificate = certificate;
  }

  /// A device that has a certificate and no token, behind a proxy that has checked it.
  ///
  /// @param der the certificate in Base64
  public static TestDevice certified(HttpClient client, String id, String der) {
    return new TestDevice(client, id, "", Optional.of(der));
  }

  /// The same device without knowledge of an earlier session.
  public TestDevice withoutMemory() {
    return new TestDevice(client, id, token, certificate);
  }

  public String id() {
    return id;
  }

  public String token() {
    return token;
  }

  /// The ids of commands that had their effect, in order; an id that stands twice had it twice.
  public List<String> run() {
    return List.copyOf(run);
  }

  /// For which sub-device a command was; empty where it was for the device itself.
  public Optional<String> subDeviceOf(String command) {
    return Optional.ofNullable(subDevices.get(command));
  }

  /// The `traceparent` that a command came with, which its replies carry too.
  public Optional<String> traceOf(String command) {
    return Optional.ofNullable(traces.get(command));
  }

  /// What it is to be like.
  public TestTwin twin() {
    return twin;
  }

  /// The ids of events that the gateway acknowledged.
  public Set<String> acknowledged() {
    return Set.copyOf(acknowledged);
  }

  /// Where a device presents its token.
  public enum TokenPlace {
    HEADER,
    QUERY,
    PATH;

    private String uri(String token) {
      return switch (this) {
        case HEADER -> NativeProtocol.PATH;
        case QUERY -> NativeProtocol.PATH + "?token=" + token;
        case PATH -> NativeProtocol.PATH + "/" + token;
      };
    }
  }

  /// Connects to a gateway; the future completes with its `hello`.
  public CompletableFuture<Hello> connect(int port) {
    return connect("ws://127.0.0.1:" + port, TokenPlace.HEADER);
  }

  /// The same in some way.
  ///
  /// @param base scheme, host and port
  public CompletableFuture<Hello> connect(String base, TokenPlace place) {
    Optional<Link> last = link.get();
    WebSocket.Builder builder =
        client.newWebSocketBuilder().subprotocols(NativeProtocol.SUBPROTOCOL_MESSAGE_PACK);
    certificate.ifPresentOrElse(
        der -> builder.header("X-Client-Certificate", der),
        () -> {
          if (place == TokenPlace.HEADER) {
            builder.header("Authorization", "Bearer " + token);
          }
        });
    last.flatMap(Link::place)
        .ifPresent(session -> builder.header("Fairlead-Last-Session", session));
    Link fresh = new Link();
    link.set(Optional.of(fresh));
    return builder
        .buildAsync(URI.create(base + place.uri(token)), fresh)
        .thenCompose(socket -> fresh.hello)
        .thenApply(
            hello -> {
              unacknowledged.forEach((event, body) -> fresh.send(event(event, body)));
              return hello;
            });
  }

  /// How the newest connection ended; completes with the close code, 1006 for a cut.
  public CompletableFuture<Integer> closed() {
    return link.get().orElseThrow().closed;
  }

  /// The newest connection, to see later how it ended.
  public Link currentLink() {
    return link.get().orElseThrow();
  }

  /// Sends a status, and keeps it for the next connection until it is acknowledged.
  public void status(String event, String json) {
    Body body = Body.utf8(json);
    unacknowledged.put(event, body);
    link.get().ifPresent(current -> current.send(event(event, body)));
  }

  /// Sends a message as it is.
  public void send(Message message) {
    link.get().ifPresent(current -> current.send(message));
  }

  public boolean hasUnacknowledged() {
    return !unacknowledged.isEmpty();
  }

  private static Message event(String event, Body body) {
    return Messages.status(body).withId(event);
  }

  /// Ends the newest connection in order.
  public void disconnect() {
    link.get().ifPresent(Link::end);
  }

  /// Cuts the newest connection without a word.
  public void cut() {
    link.get().ifPresent(Link::abort);
  }

  /// One connection.
  public final class Link implements WebSocket.Listener {

    private final CompletableFuture<Hello> hello = new CompletableFuture<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final java.io.ByteArrayOutputStream partial = new java.io.ByteArrayOutputStream();
    private CompletionStage<?> sent = CompletableFuture.completedFuture(null);
    private volatile Optional<WebSocket> socket = Optional.empty();

    /// How this connection ended.
    public CompletableFuture<Integer> closed() {
      return closed;
    }

    private Optional<String> place() {
      return hello.isDone() && !hello.isCompletedExceptionally()
          ? Optional.of(hello.join().sessionId() + "@" + hello.join().address())
          : Optional.empty();
    }

    @Override
    public void onOpen(WebSocket opened) {
      socket = Optional.of(opened);
      opened.request(1);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      partial.writeBytes(bytes);
      if (last) {
        Message message = CODEC.decode(partial.toByteArray());
        partial.reset();
        received(message);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private void received(Message message) {
      int proto = message.header().proto();
      String type = message.header().type();
      if (proto == NativeProtocol.PROTO_CONTROL && type.equals(NativeProtocol.TYPE_HELLO)) {
        hello.complete(Hello.from(message));
      } else if (proto == NativeProtocol.PROTO_DATA && type.equals(NativeProtocol.TYPE_ACK)) {
        for (String event : Messages.acknowledgedIds(message)) {
          unacknowledged.remove(event);
          acknowledged.add(event);
        }
      } else if (proto == NativeProtocol.PROTO_COMMAND
          && type.equals(NativeProtocol.TYPE_COMMAND)) {
        message
            .header()
            .textProp(NativeProtocol.PROP_TRACE_PARENT)
            .ifPresent(trace -> traces.put(Command.from(message).id(), trace));
        obey(Command.from(message), message.header().textProp(NativeProtocol.PROP_DEVICE));
      } else if (proto == NativeProtocol.PROTO_TWIN && type.equals(NativeProtocol.TYPE_DESIRED)) {
        send(twin.receive(Desired.from(message)));
      }
    }

    /// Like the real agent: the id is remembered before the effect, a repeated one is only
    /// answered.
    private void obey(Command command, Optional<String> subDevice) {
      subDevice.ifPresent(device -> subDevices.put(command.id(), device));
      send(about(subDevice, traced(command, Messages.delivered(command.id()))));
      if (deliveries.add(command.id())) {
        run.add(command.id());
      }
      Message result = Messages.result(command.id(), ResultStatus.SUCCEEDED, command.body());
      send(about(subDevice, traced(command, result)));
    }

    private Message traced(Command command, Message message) {
      return traceOf(command.id())
          .map(trace -> message.withProp(NativeProtocol.PROP_TRACE_PARENT, Value.of(trace)))
          .orElse(message);
    }

    private static Message about(Optional<String> subDevice, Message message) {
      return subDevice
          .map(device -> message.withProp(NativeProtocol.PROP_DEVICE, Value.of(device)))
          .orElse(message);
    }

    private synchronized void send(Message message) {
      byte[] frame = CODEC.encode(message);
      sent =
          sent.thenCompose(nothing -> socket.orElseThrow().sendBinary(ByteBuffer.wrap(frame), true))
              .exceptionally(lost -> null);
    }

    private void end() {
      socket.ifPresent(open -> open.sendClose(1000, "").exceptionally(lost -> null));
    }

    private void abort() {
      socket.ifPresent(WebSocket::abort);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      ended(code);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      ended(1006);
    }

    private void ended(int code) {
      closed.complete(code);
      hello.completeExceptionally(new IllegalStateException("closed with " + code));
    }
  }
}
