package dev.fairlead.agent;

import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/// As much of a gateway as an agent can tell apart from a real one.
public final class TestGateway implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final MessageCodec codec;
  private final WireFormat wire;
  private final boolean encrypted;
  private final HttpServer server;
  private final List<MultiMap> handshakes = new CopyOnWriteArrayList<>();
  private final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
  private final List<Message> received = new CopyOnWriteArrayList<>();

  /// Whether events are acknowledged.
  public volatile boolean acknowledging = true;

  /// What `hello` says of it.
  public volatile Duration keepalive = Duration.ofMinutes(1);

  /// Starts a gateway on a free port.
  public TestGateway(WireFormat wire) {
    this(wire, new HttpServerOptions());
  }

  /// Starts a gateway on a free port, with TLS or whatever the options say.
  public TestGateway(WireFormat wire, HttpServerOptions options) {
    this.wire = wire;
    this.encrypted = options.isSsl();
    this.codec = wire.codec(ProtocolLimits.DEFAULT);
    this.server =
        vertx
            .createHttpServer(
                options
                    .setHost("127.0.0.1")
                    .setPort(0)
                    .setWebSocketSubProtocols(List.of(wire.subprotocol())))
            .webSocketHandler(this::accept)
            .requestHandler(request -> requests.handle(request));
    HttpServer _ = server.listen().await();
  }

  /// What answers requests that are no handshakes.
  public volatile Handler<HttpServerRequest> requests =
      request -> {
        var _ = request.response().setStatusCode(404).end();
      };

  private void accept(ServerWebSocket socket) {
    sockets.add(socket);
    socket.binaryMessageHandler(frame -> receive(socket, frame.getBytes()));
    socket.textMessageHandler(frame -> receive(socket, Buffer.buffer(frame).getBytes()));
    send(
        socket,
        new Hello(
                "session-" + sockets.size(),
                "3:gateway-a",
                Instant.now(),
                keepalive,
                Map.of(Hello.LIMIT_MESSAGE_BYTES, 1L << 20))
            .toMessage());
    // Last: who waits for it sends commands next, and an agent takes none before `hello`.
    handshakes.add(socket.headers());
  }

  private void receive(ServerWebSocket socket, byte[] frame) {
    Message message = codec.decode(frame);
    received.add(message);
    if (acknowledging && message.header().proto() == NativeProtocol.PROTO_DATA) {
      id(message).ifPresent(id -> send(socket, Messages.ack(id)));
    }
  }

  private void send(ServerWebSocket socket, Message message) {
    byte[] frame = codec.encode(message);
    var _ =
        wire.isBinary()
            ? socket.writeBinaryMessage(Buffer.buffer(frame))
            : socket.writeTextMessage(Buffer.buffer(frame).toString());
  }

  /// Where agents connect.
  public URI url() {
    return URI.create(
        (encrypted ? "wss" : "ws") + "://127.0.0.1:" + server.actualPort() + NativeProtocol.PATH);
  }

  /// Sends a message in the latest session.
  public void send(Message message) {
    send(latest(), message);
  }

  /// The socket of the latest session.
  public ServerWebSocket latest() {
    return sockets.getLast();
  }

  /// The headers of every handshake.
  public List<MultiMap> handshakes() {
    return handshakes;
  }

  /// Ends the latest session.
  public void close(int code) {
    Void _ = latest().close((short) code).await();
  }

  /// Cuts the latest session's connection without a close frame.
  public void cut() {
    var _ = ((WebSocketInternal) latest()).channelHandlerContext().close();
  }

  /// What came of that type, in order.
  public List<Message> received(String type) {
    return received.stream().filter(message -> message.header().type().equals(type)).toList();
  }

  /// Whether a message came that is like that.
  public boolean hasReceived(String type, Predicate<Message> like) {
    return received(type).stream().anyMatch(like);
  }

  /// The results of a command, in order.
  public List<Message> results(String commandId) {
    return received(NativeProtocol.TYPE_RESULT).stream()
        .filter(message -> id(message).equals(Optional.of(commandId)))
        .toList();
  }

  /// The `props.id` of a message.
  public static Optional<String> id(Message message) {
    return message.header().textProp(NativeProtocol.PROP_ID);
  }

  @Override
  public void close() {
    Void _ = vertx.close().await();
  }
}
