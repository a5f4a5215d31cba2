package dev.fairlead.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One device of a load. It says telemetry when it is told to, each event with an id, and takes the
/// time until the acknowledgement. Used on its connection's event loop only.
final class LoadDevice extends SimpleChannelInboundHandler<BinaryWebSocketFrame>
    implements Wire.Heard {

  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Channel channel;
  private final Wire wire;
  private final String credential;
  private final AckTimes times;
  private final CompletableFuture<LoadDevice> greeted = new CompletableFuture<>();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  // When the event of a number was due, by the number's remainder; made for those that speak.
  private long[] dueNanos = {};
  private long sent;
  private long acknowledged;
  private int window;

  LoadDevice(Channel channel, Wire wire, String credential, AckTimes times) {
    this.channel = channel;
    this.wire = wire;
    this.credential = credential;
    this.times = times;
  }

  /// Completes when the server has greeted the device, fails when the connection ends.
  CompletableFuture<LoadDevice> whenGreeted() {
    return greeted;
  }

  /// Completes when the connection has ended, on its event loop.
  CompletableFuture<Void> whenGone() {
    return gone;
  }

  /// Has so many events under way from now on: an acknowledged one is followed by the next.
  void keepInFlight(int events) {
    window = events;
    fill();
  }

  private void fill() {
    while (sent - acknowledged < window) {
      write(System.nanoTime());
    }
    channel.flush();
  }

  /// Sends one event that was due at a time.
  void send(long due) {
    if (System.nanoTime() - due > LATE_NANOS) {
      times.sentLate();
    }
    write(due);
    channel.flush();
  }

  private void write(long due) {
    if (sent - acknowledged >= Wire.REMAINDERS) {
      times.overrun();
      return;
    }
    if (dueNanos.length == 0) {
      dueNanos = new long[Wire.REMAINDERS];
    }
    dueNanos[(int) (sent % Wire.REMAINDERS)] = due;
    write(wire.event(sent));
    sent++;
  }

  private void write(ByteBuf message) {
    var _ = channel.write(new BinaryWebSocketFrame(message), channel.voidPromise());
  }

  /// Says that it is still there, where that is the device's task.
  void beat() {
    wire.beat().ifPresent(this::write);
    channel.flush();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
      wire.opening(credential, this).ifPresent(this::write);
      channel.flush();
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, BinaryWebSocketFrame frame) {
    wire.read(frame.content(), this);
    fill();
  }

  @Override
  public void greeted() {
    greeted.complete(this);
  }

  @Override
  public void acknowledged(int remainder) {
    times.add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - dueNanos[remainder]));
    acknowledged++;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    greeted.completeExceptionally(new IllegalStateException("a device was disconnected"));
    times.lost();
    gone.complete(null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    greeted.completeExceptionally(cause);
    var _ = context.close();
  }
}
