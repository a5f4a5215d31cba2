package dev.fairlead.gateway.websocket;

import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
@EnabledOnOs(OS.LINUX)
class AcceptPaceTest {

  private static final int CLIENTS = 1_000;

  /// By Netty, before it asks whether to go on.
  private static final int ACCEPTED_AT_ONCE = 16;

  private static final int ROUNDS = 10;

  private final EventLoopGroup acceptor;
  private final EventLoopGroup workers;
  private final EventLoopGroup clients =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AtomicInteger accepted = new AtomicInteger();
  private final Channel port;

  /// The JVM's sockets and the ones that services use on Linux.
  enum Transport {
    NIO,
    EPOLL;

    private Class<? extends ServerChannel> channel() {
      return this == EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    private EventLoopGroup group(int threads) {
      return new MultiThreadIoEventLoopGroup(
          threads, this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }
  }

  AcceptPaceTest(Transport transport) {
    acceptor = transport.group(1);
    workers = transport.group(2);
    port = listen(transport);
  }

  @ChannelHandler.Sharable
  private static final class Nothing extends ChannelInboundHandlerAdapter {}

  private Channel listen(Transport transport) {
    Channel bound =
        new ServerBootstrap()
            .group(acceptor, workers)
            .channel(transport.channel())
            .childHandler(new Nothing())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
    // On the port's loop: what another thread adds does not see what is accepted just then.
    acceptor.submit(() -> watch(bound)).syncUninterruptibly();
    return bound;
  }

  private void watch(Channel bound) {
    new AcceptPace().pace(bound);
    // In front of it: sees all that is accepted.
    bound
        .pipeline()
        .addFirst(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object message) {
                accepted.incrementAndGet();
                context.fireChannelRead(message);
              }
            });
  }

  @AfterEach
  void stop() {
    port.close().syncUninterruptibly();
    var _ = clients.shutdownGracefully();
    var _ = workers.shutdownGracefully();
    var _ = acceptor.shutdownGracefully();
  }

  private List<Channel> connect(int count) {
    Bootstrap client =
        new Bootstrap().group(clients).channel(NioSocketChannel.class).handler(new Nothing());
    List<Channel> connecting = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      connecting.add(client.connect(port.localAddress()).channel());
    }
    return connecting;
  }

  @Test
  void takesNoMoreThanAFewWhileLoopsAreBusyAndAllOnceTheyAreNot() {
    // Given
    CountDownLatch busy = new CountDownLatch(1);
    workers.forEach(
        loop ->
            loop.execute(
                () -> {
                  try {
                    busy.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));

    // When
    var _ = connect(CLIENTS);

    // Then
    await().until(() -> !port.config().isAutoRead());
    await()
        .during(Duration.ofMillis(100))
        .until(() -> accepted.get() < AcceptPace.FRESH_MAX + ACCEPTED_AT_ONCE);
    busy.countDown();
    await().until(() -> accepted.get() == CLIENTS);
  }

  @Test
  void neverStopsForGood() {
    for (int round = 1; round <= ROUNDS; round++) {
      // When
      List<Channel> connected = connect(CLIENTS / 2);

      // Then
      int all = round * (CLIENTS / 2);
      await().alias("round " + round).until(() -> accepted.get() == all);
      connected.forEach(channel -> channel.close().syncUninterruptibly());
    }
  }
}
