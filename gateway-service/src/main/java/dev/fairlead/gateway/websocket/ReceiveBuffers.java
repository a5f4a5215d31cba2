package dev.fairlead.gateway.websocket;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;

/// Guesses how much a read will bring. Netty guesses for each connection, which costs memory with
/// each; devices are much alike, so here is one guess for all connections of an event loop. That is
/// enough: a loop reads one socket after the other.
@SuppressWarnings("deprecation") // Handle: what is to replace it does not fit the method yet.
public final class ReceiveBuffers implements RecvByteBufAllocator {

  private final RecvByteBufAllocator adaptive = new AdaptiveRecvByteBufAllocator();

  private final FastThreadLocal<Handle> ofLoop =
      new FastThreadLocal<>() {
        @Override
        protected Handle initialValue() {
          return adaptive.newHandle();
        }
      };

  /// Has a connection that has just been made use them, before anything is read.
  public void use(HttpConnection connection) {
    var _ =
        ((HttpServerConnection) connection)
            .channelHandlerContext()
            .channel()
            .config()
            .setRecvByteBufAllocator(this);
  }

  /// Called on the connection's event loop.
  @Override
  public Handle newHandle() {
    return ofLoop.get();
  }
}
