package dev.fairlead.endtoend.harness;

import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/// Devices that come to an edge by a name, over TLS, and see whom they talk to. They cost little:
/// there may be many.
public final class EdgeDevices implements AutoCloseable {

  private static final MessageCodec CODEC = WireFormat.MESSAGE_PACK.codec(ProtocolLimits.DEFAULT);
  private static final int CONNECTIONS_MAX = 20_000;
  private static final int TIMEOUT_SECONDS = 60;

  private final Vertx vertx;
  private final WebSocketClient client;

  /// @param trust certificates of servers, PEM
  /// @param names whom to ask for addresses
  /// @param more what is special about these devices
  public EdgeDevices(Path trust, NameServer names, UnaryOperator<WebSocketClientOptions> more) {
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setAddressResolverOptions(
                    new AddressResolverOptions()
                        .addServer(names.place())
                        .setSearchDomains(List.of())
                        .setCacheMaxTimeToLive(0)
                        .setRoundRobinInetAddress(true)));
    client =
        vertx.createWebSocketClient(
            more.apply(
                new WebSocketClientOptions()
                    .setTrustOptions(new PemTrustOptions().addCertPath(trust.toString()))
                    .setMaxConnections(CONNECTIONS_MAX)));
  }

  /// A device that is connected.
  public static final class Session {
    private final ClientWebSocket socket;
    private final Promise<Hello> hello = Promise.promise();
    private final Promise<Void> acknowledged = Promise.promise();
    private final Promise<Void> closed = Promise.promise();

    private Session(ClientWebSocket socket) {
      this.socket = socket;
      socket.handler(this::received);
      socket.closeHandler(nothing -> closed.tryComplete());
    }

    private void received(Buffer frame) {
      Message message = CODEC.decode(frame.getBytes());
      String type = message.header().type();
      if (type.equals(NativeProtocol.TYPE_HELLO)) {
        hello.tryComplete(Hello.from(message));
      } else if (type.equals(NativeProtocol.TYPE_ACK)) {
        acknowledged.tryComplete();
      }
    }

    /// The gateway that it has come to.
    public String gateway() {
      return hello.future().result().address().replaceFirst("^\\d+:", "");
    }

    public boolean isOpen() {
      return !socket.isClosed();
    }

    /// When its connection is over, however that came.
    public Future<Void> closed() {
      return closed.future();
    }

    /// Brings an event, and waits until the gateway has acknowledged it.
    public void bringEvent() {
      Void _ =
          socket
              .writeBinaryMessage(
                  Buffer.buffer(
                      CODEC.encode(Messages.status(Body.utf8("{\"here\":true}")).withId("1"))))
              .compose(written -> acknowledged.future())
              .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .await();
    }

    public void close() {
      var _ = socket.close();
    }
  }

  /// Connects one to whatever the name means.
  ///
  /// @param token none for a device that shows a certificate
  public Future<Session> connect(String name, int port, Optional<String> token) {
    WebSocketConnectOptions options = new WebSocketConnectOptions();
    options
        .setHost(name)
        .setPort(port)
        .setSsl(true)
        .setURI(NativeProtocol.PATH)
        .addSubProtocol(NativeProtocol.SUBPROTOCOL_MESSAGE_PACK);
    token.ifPresent(text -> options.addHeader("Authorization", "Bearer " + text));
    return connect(options);
  }

  private Future<Session> connect(WebSocketConnectOptions options) {
    ClientWebSocket socket = client.webSocket();
    Session session = new Session(socket);
    return socket
        .connect(options)
        .compose(open -> session.hello.future())
        .map(hello -> session)
        .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /// Waits for one.
  public static Session joined(Future<Session> connecting) {
    try {
      return connecting.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("not connected in time", e);
    }
  }

  @Override
  public void close() {
    Void _ = vertx.close().await();
  }
}
