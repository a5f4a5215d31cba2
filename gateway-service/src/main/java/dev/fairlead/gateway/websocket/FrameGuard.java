package dev.fairlead.gateway.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;

/// Hears of broken framing before Vert.x does, which would cut the connection without a word. Here
/// the peer is told with a close frame (RFC 6455 §7.1.7); the decoder throws away what still comes,
/// so that the close frame is not lost to a reset.
final class FrameGuard extends ChannelInboundHandlerAdapter {

  /// Is told of broken framing, once.
  interface Listener {
    void broken(int closeCode);
  }

  private final Listener listener;
  private boolean broken;

  FrameGuard(Listener listener) {
    this.listener = listener;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof CorruptedWebSocketFrameException corrupted)) {
      context.fireExceptionCaught(cause);
    } else if (!broken) {
      broken = true;
      listener.broken(corrupted.closeStatus().code());
    }
  }
}
