package dev.fairlead.gateway.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Takes connections no faster than event loops can serve them: no more of them are accepted while
/// as many as may be fresh are. One is fresh until its loop has been once through all that was
/// ready to be read. So when a fleet comes back at once, those who are there already wait until
/// a few connections are set up and not thousands; the others wait in the kernel's queue. Nobody
/// can hold it up, for it waits for the loops and not for what a client does. What comes over
/// connections is for others to pace ([HandshakeQueue]).
///
/// One instance serves all ports.
@ChannelHandler.Sharable
public final class AcceptPace extends ChannelInboundHandlerAdapter {

  private static final String NAME = "fairlead-accept-pace";
  private static final AttributeKey<AtomicInteger> FRESH = AttributeKey.valueOf(NAME);
  static final int FRESH_MAX = 128;

  /// A loop that is not busy gets to it then; one that is, after what is ready to be read.
  private static final long TURN_MILLIS = 1;

  /// Has the port that a connection came by paced from now on.
  public void watch(HttpConnection connection) {
    Channel port = ((HttpServerConnection) connection).channelHandlerContext().channel().parent();
    if (port != null) {
      pace(port);
    }
  }

  void pace(Channel port) {
    if (port.attr(FRESH).setIfAbsent(new AtomicInteger()) == null) {
      port.pipeline().addFirst(NAME, this);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext port, Object message) {
    port.fireChannelRead(message);
    if (message instanceof Channel accepted && accepted.isOpen()) {
      AtomicInteger fresh = port.channel().attr(FRESH).get();
      if (fresh.incrementAndGet() >= FRESH_MAX) {
        pause(port.channel().config(), fresh);
      }
      var _ =
          accepted
              .eventLoop()
              .schedule(
                  () -> {
                    if (fresh.getAndDecrement() == FRESH_MAX) {
                      port.channel().config().setAutoRead(true);
                    }
                  },
                  TURN_MILLIS,
                  TimeUnit.MILLISECONDS);
    }
  }

  /// Loops may be through with one meanwhile, and would not say so again.
  private static void pause(ChannelConfig port, AtomicInteger fresh) {
    port.setAutoRead(false);
    if (fresh.get() < FRESH_MAX) {
      port.setAutoRead(true);
    }
  }
}
