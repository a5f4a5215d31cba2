package dev.fairlead.gateway;

import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/// A device on a real socket.
public final class TestDevice {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int BYTES_MAX = 4 * 1024 * 1024;

  private final WireFormat format;
  private final MessageCodec codec;
  private final ClientWebSocket socket;
  private final List<Message> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger pings = new AtomicInteger();
  private final AtomicInteger pongs = new AtomicInteger();
  private volatile Optional<Integer> closeCode = Optional.empty();

  private TestDevice(WireFormat format, ClientWebSocket socket) {
    this.format = format;
    this.codec = format.codec(ProtocolLimits.DEFAULT.withMessageBytesMax(BYTES_MAX));
    this.socket = socket;
    socket.frameHandler(this::frame);
    socket.pongHandler(pong -> pongs.incrementAndGet());
    socket.closeHandler(
        nothing -> closeCode = Optional.ofNullable(socket.closeStatusCode()).map(Short::intValue));
  }

  /// Connects with a token in the header.
  public static TestDevice connect(Vertx vertx, int port, WireFormat format, String token) {
    return connect(
        vertx, format, options(port, format).addHeader("Authorization", "Bearer " + token));
  }

  /// Connects in some way; fails as the client does.
  public static TestDevice connect(
      Vertx vertx, WireFormat format, WebSocketConnectOptions options) {
    return connect(vertx, format, new WebSocketClientOptions(), options);
  }

  /// Connects in some way with a client of some kind; fails as the client does.
  public static TestDevice connect(
      Vertx vertx,
      WireFormat format,
      WebSocketClientOptions client,
      WebSocketConnectOptions options) {
    WebSocketClient made =
        vertx.createWebSocketClient(
            client
                .setMaxFrameSize(BYTES_MAX)
                .setMaxMessageSize(BYTES_MAX)
                .setTryUsePerMessageCompression(false));
    var device = new TestDevice(format, made.webSocket());
    device.socket.connect(options).await();
    return device;
  }

  /// How to connect, without a token.
  public static WebSocketConnectOptions options(int port, WireFormat format) {
    return new WebSocketConnectOptions()
        .setHost("127.0.0.1")
        .setPort(port)
        .setURI(NativeProtocol.PATH)
        .addSubProtocol(format.subprotocol());
  }

  private void frame(WebSocketFrame frame) {
    if (frame.isText() || frame.isBinary()) {
      received.add(codec.decode(frame.binaryData().getBytes()));
    } else if (frame.isPing()) {
      pings.incrementAndGet();
    }
  }

  /// Sends a message.
  public TestDevice send(Message message) {
    byte[] frame = codec.encode(message);
    if (format.isBinary()) {
      socket.writeBinaryMessage(Buffer.buffer(frame));
    } else {
      socket.writeTextMessage(Buffer.buffer(frame).toString());
    }
    return this;
  }

  /// Sends bytes as they are.
  public void sendRaw(boolean binary, byte[] payload) {
    var _ =
        socket.writeFrame(
            binary
                ? WebSocketFrame.binaryFrame(Buffer.buffer(payload), true)
                : WebSocketFrame.textFrame(Buffer.buffer(payload).toString(), true));
  }

  /// Sends a WebSocket ping.
  public void ping() {
    var _ = socket.writePing(Buffer.buffer("are you there"));
  }

  /// Stops reading, pings and closes included, as a vanished peer does.
  public void vanish() {
    socket.pause();
  }

  /// Waits for the session to stand.
  public Hello hello() {
    return Hello.from(await(NativeProtocol.TYPE_HELLO));
  }

  /// Waits for the first message of a type.
  public Message await(String type) {
    await().until(() -> !of(type).isEmpty());
    return of(type).getFirst();
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(PATIENCE);
  }

  /// All messages of a type so far.
  public List<Message> of(String type) {
    return received.stream().filter(message -> message.header().type().equals(type)).toList();
  }

  /// The ids acknowledged so far, in order.
  public List<String> acknowledged() {
    return of(NativeProtocol.TYPE_ACK).stream()
        .flatMap(ack -> Messages.acknowledgedIds(ack).stream())
        .toList();
  }

  /// How often it was pinged.
  public int pings() {
    return pings.get();
  }

  /// How many of its pings were answered.
  public int pongs() {
    return pongs.get();
  }

  /// The codec of its wire.
  public MessageCodec codec() {
    return codec;
  }

  /// With what it was closed, once it was.
  public Optional<Integer> closeCode() {
    return closeCode;
  }

  /// Waits to be closed.
  public int awaitClose() {
    await().until(() -> closeCode.isPresent());
    return closeCode.orElseThrow();
  }

  /// Closes in order.
  public void close() {
    socket.close().await();
  }
}
