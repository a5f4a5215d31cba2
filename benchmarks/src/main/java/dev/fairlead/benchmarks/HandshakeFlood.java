package dev.fairlead.benchmarks;

import dev.fairlead.protocol.NativeProtocol;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Somebody with more ideas than tokens: handshakes at a rate, each with another token that is
/// right in all but its signature, from a few loopback addresses other than that of good devices.
final class HandshakeFlood implements AutoCloseable {

  private static final int ADDRESSES = 4;
  private static final int CONNECTIONS_OF_EACH = 8;
  private static final int FIRST_ADDRESS = 100;
  private static final int SIGNATURE_BYTES = 64;
  private static final int TICKS_PER_SECOND = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int TOO_MANY = 429;

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Deque<Channel> idle = new ArrayDeque<>();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong other = new AtomicLong();
  private final byte[] before;
  private final long begun = System.nanoTime();
  private long sent;

  /// Begins.
  ///
  /// @param token a good one, whose signature is replaced
  static HandshakeFlood begin(int port, String token, int ratePerSecond) {
    HandshakeFlood flood = new HandshakeFlood(token);
    for (int i = 0; i < ADDRESSES * CONNECTIONS_OF_EACH; i++) {
      flood.open(port, "127.0.0." + (FIRST_ADDRESS + i % ADDRESSES));
    }
    var _ =
        flood.loop.scheduleAtFixedRate(
            () -> flood.sendDue(ratePerSecond),
            0,
            TimeUnit.SECONDS.toMicros(1) / TICKS_PER_SECOND,
            TimeUnit.MICROSECONDS);
    return flood;
  }

  private HandshakeFlood(String token) {
    this.before =
        """
        GET /connect HTTP/1.1
        Host: localhost
        Connection: Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==
        Sec-WebSocket-Protocol: %s
        Authorization: Bearer %s"""
            .formatted(
                NativeProtocol.SUBPROTOCOL_MESSAGE_PACK,
                token.substring(0, token.lastIndexOf('.') + 1))
            .replace("\n", "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
  }

  /// How many were refused so far.
  long refused() {
    return refused.get();
  }

  /// How many were answered in any other way.
  long other() {
    return other.get();
  }

  private void open(int port, String from) {
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new HttpResponseDecoder()).addLast(new Answers());
              }
            })
        .connect(address("127.0.0.1", port), address(from, 0))
        .syncUninterruptibly();
  }

  private static InetSocketAddress address(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  private void sendDue(int ratePerSecond) {
    long due = (System.nanoTime() - begun) / 1_000 * ratePerSecond / TimeUnit.SECONDS.toMicros(1);
    // What cannot be sent in time is not made up for: the rate that was reached is counted.
    sent = Math.max(sent, due - ratePerSecond / TICKS_PER_SECOND * 4L);
    while (sent < due && !idle.isEmpty()) {
      Channel channel = idle.pop();
      byte[] signature = new byte[SIGNATURE_BYTES];
      ThreadLocalRandom.current().nextBytes(signature);
      byte[] after =
          (Base64.getUrlEncoder().withoutPadding().encodeToString(signature) + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(before, after), channel.voidPromise());
      sent++;
    }
  }

  /// Counts the answers of one connection, which is idle after each.
  private final class Answers extends SimpleChannelInboundHandler<HttpObject> {

    @Override
    public void channelActive(ChannelHandlerContext context) {
      idle.push(context.channel());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
      if (part instanceof HttpResponse response) {
        int status = response.status().code();
        (status == UNAUTHORIZED || status == TOO_MANY ? refused : other).incrementAndGet();
      }
      if (part instanceof LastHttpContent) {
        idle.push(context.channel());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      idle.remove(context.channel());
    }
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
