package dev.fairlead.gateway.websocket;

import dev.fairlead.gateway.admission.Admission;
import dev.fairlead.gateway.session.LastSession;
import dev.fairlead.gateway.session.SessionLifecycle;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;
import java.util.Optional;

/// Takes a socket over from Vert.x right after its handshake.
final class NativeConnection {

  private static final String HANDLER = "fairlead-device";

  private NativeConnection() {}

  /// Begins a session on a socket that was just upgraded, on its event loop. Vert.x is left with
  /// nothing of the connection, nor of the request that it was.
  ///
  /// @param http what the socket was until now
  static void begin(
      HttpConnection http,
      ServerWebSocket socket,
      ContextInternal loop,
      NativeWire wire,
      DeviceChannel.Shared shared,
      String remoteAddress,
      Admission.Decision.Admitted admitted,
      Optional<LastSession> last,
      SessionLifecycle lifecycle) {
    ChannelHandlerContext server = ((WebSocketInternal) socket).channelHandlerContext();
    Channel channel = server.channel();
    if (!channel.isActive()) {
      // It was closed before anybody could listen to it.
      admitted.place().release();
      return;
    }
    channel.config().setAutoRead(false);
    forget(channel, http);
    if (server.handler() instanceof VertxHandler<?> handler) {
      forget(channel, handler.getConnection());
    }
    ChannelPipeline pipeline = channel.pipeline();
    UrlTokens.leave(pipeline);
    var device =
        new DeviceChannel(
            shared,
            channel,
            loop,
            wire.isBinary(),
            remoteAddress,
            admitted.place(),
            own -> lifecycle.open(admitted.credential(), wire, own, last));
    pipeline.replace(server.name(), HANDLER, device);
    pipeline.remove(WebSocketFrameDecoder.class);
    pipeline.remove(WebSocketFrameEncoder.class);
    // Whether a device lives is for the sweep to see; Vert.x's watch is that of HTTP.
    IdleStateHandler watch = pipeline.get(IdleStateHandler.class);
    if (watch != null) {
      pipeline.remove(watch);
    }
  }

  /// Vert.x waits for the end of each connection with a promise, which leads to all that was in
  /// place when it was made.
  private static void forget(Channel channel, Object connection) {
    if (connection instanceof ConnectionBase base
        && base.closeFuture() instanceof PromiseInternal<Void> waiting) {
      var _ = channel.closeFuture().removeListener(waiting);
    }
  }
}
