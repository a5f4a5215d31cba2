package dev.fairlead.gateway.websocket;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/// Closes a connection in stages (RFC 9112 §9.6): first for writing, and for reading when the peer
/// has closed as well, or after a moment. A socket that is closed at once with something unread in
/// it is reset, and what was written last may never arrive.
final class LingeringClose extends ChannelDuplexHandler {

  private static final String NAME = "fairlead-lingering-close";
  private static final long LINGER_MILLIS = 500;

  private boolean closing;

  private LingeringClose() {}

  /// Has a connection closed that way, whoever closes it. On its event loop.
  static void on(ChannelPipeline pipeline) {
    if (pipeline.context(NAME) == null) {
      pipeline.addFirst(NAME, new LingeringClose());
    }
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (closing) {
      var _ = context.channel().closeFuture().addListener(_ -> promise.trySuccess());
    } else if (context.channel() instanceof DuplexChannel duplex && duplex.isActive()) {
      closing = true;
      var _ = duplex.shutdownOutput();
      duplex.config().setAutoRead(true);
      var _ =
          context
              .executor()
              .schedule(() -> closeNow(context, promise), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      closeNow(context, promise);
    }
  }

  private static void closeNow(ChannelHandlerContext context, ChannelPromise promise) {
    var _ = context.close(promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
    } else {
      context.fireChannelRead(message);
    }
  }
}
