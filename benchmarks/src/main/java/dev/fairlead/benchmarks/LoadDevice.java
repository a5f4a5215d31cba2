package dev.fairlead.benchmarks;

import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Header;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.WireFormat;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One device of a load. It says telemetry when it is told to, each event with an id, and takes the
/// time until the acknowledgement. Used on its connection's event loop only.
final class LoadDevice extends SimpleChannelInboundHandler<BinaryWebSocketFrame> {

  private static final MessageCodec CODEC = WireFormat.MESSAGE_PACK.codec(ProtocolLimits.DEFAULT);
  private static final Body READING = Body.utf8("{\"value\":\"" + "x".repeat(138) + "\"}");
  private static final int IN_FLIGHT_MAX = 1_024;

  private final Channel channel;
  private final AckTimes times;
  private final CompletableFuture<LoadDevice> greeted = new CompletableFuture<>();
  // When the event of an id was due, by the id's remainder.
  private final long[] dueNanos = new long[IN_FLIGHT_MAX];
  private long sent;
  private long acknowledged;
  private int window;

  LoadDevice(Channel channel, AckTimes times) {
    this.channel = channel;
    this.times = times;
  }

  /// Completes when the gateway has said `hello`, fails when the connection ends.
  CompletableFuture<LoadDevice> greeted() {
    return greeted;
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
    write(due);
    channel.flush();
  }

  private void write(long due) {
    if (sent - acknowledged >= IN_FLIGHT_MAX) {
      throw new IllegalStateException("the gateway acknowledges more slowly than events are due");
    }
    dueNanos[(int) (sent % IN_FLIGHT_MAX)] = due;
    Message event = Messages.telemetry(READING).withId(Long.toString(sent));
    sent++;
    var _ =
        channel.write(
            new BinaryWebSocketFrame(Unpooled.wrappedBuffer(CODEC.encode(event))),
            channel.voidPromise());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, BinaryWebSocketFrame frame) {
    Message message = CODEC.decode(ByteBufUtil.getBytes(frame.content()));
    Header header = message.header();
    if (header.proto() == NativeProtocol.PROTO_DATA
        && header.type().equals(NativeProtocol.TYPE_ACK)) {
      long now = System.nanoTime();
      for (String id : Messages.acknowledgedIds(message)) {
        long due = dueNanos[(int) (Long.parseLong(id) % IN_FLIGHT_MAX)];
        times.add(TimeUnit.NANOSECONDS.toMicros(now - due));
        acknowledged++;
      }
      fill();
    } else if (header.proto() == NativeProtocol.PROTO_CONTROL
        && header.type().equals(NativeProtocol.TYPE_HELLO)) {
      greeted.complete(this);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    greeted.completeExceptionally(new IllegalStateException("a device was disconnected"));
    times.lost();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    greeted.completeExceptionally(cause);
    var _ = context.close();
  }
}
