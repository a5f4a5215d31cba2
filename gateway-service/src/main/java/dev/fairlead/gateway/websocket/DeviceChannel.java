package dev.fairlead.gateway.websocket;

import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.DeviceSocket;
import dev.fairlead.gateway.session.Ending;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A device's WebSocket after its handshake: all that is left of the connection besides Netty's
/// decoder and encoder of frames. Puts fragments together, answers pings and closes, and sees to it
/// that only frames of the right kind and size get through.
///
/// What it calls runs on the Vert.x context of its event loop, which all connections of that loop
/// share.
final class DeviceChannel extends ChannelInboundHandlerAdapter implements DeviceSocket {

  private static final int UNSUPPORTED = 1003;
  private static final int TOO_LARGE = 1009;

  /// How many pongs may wait for a peer that reads nothing; one that pings at leisure never comes
  /// near it.
  private static final int PONGS_WAITING_MAX = 1_024;

  /// What all connections of a door have in common.
  ///
  /// @param messageBytesMax the longest message
  /// @param clock milliseconds since 1970
  record Shared(int messageBytesMax, InstantSource clock) {}

  /// Is told once when the connection is gone.
  interface GoneListener {
    void gone(DeviceSession session);
  }

  private final Shared shared;
  private final Channel channel;
  private final ContextInternal loop;
  private final boolean binary;
  private final String remoteAddress;
  private final GoneListener goneListener;
  private final DeviceSession session;

  private @Nullable ByteBuf fragments;

  /// What had been read already when reading was held up.
  private @Nullable ArrayDeque<WebSocketFrame> heldBack;

  private short pongsWaiting;
  private boolean paused = true;
  private boolean broken;
  private boolean closeSent;
  private boolean gone;

  /// @param channel of which this is to be the last handler
  /// @param sessions makes the session of this socket
  DeviceChannel(
      Shared shared,
      Channel channel,
      ContextInternal loop,
      boolean binary,
      String remoteAddress,
      Function<DeviceSocket, DeviceSession> sessions,
      GoneListener goneListener) {
    this.shared = shared;
    this.channel = channel;
    this.loop = loop;
    this.binary = binary;
    this.remoteAddress = remoteAddress;
    this.goneListener = goneListener;
    this.session = sessions.apply(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof WebSocketFrame frame)) {
      ReferenceCountUtil.release(message);
    } else if (paused) {
      ArrayDeque<WebSocketFrame> held = heldBack;
      if (held == null) {
        held = new ArrayDeque<>(2);
        heldBack = held;
      }
      held.addLast(frame);
    } else {
      ContextInternal before = loop.beginDispatch();
      try {
        take(frame);
      } finally {
        loop.endDispatch(before);
      }
    }
  }

  private void take(WebSocketFrame frame) {
    try {
      switch (frame) {
        case TextWebSocketFrame text -> first(text, false);
        case BinaryWebSocketFrame bytes -> first(bytes, true);
        case ContinuationWebSocketFrame more -> more(more);
        case PingWebSocketFrame ping -> pinged(ping);
        case PongWebSocketFrame _ -> session.seen(now());
        case CloseWebSocketFrame close -> closed(close);
        default -> throw new IllegalStateException("no frame of RFC 6455");
      }
    } finally {
      frame.release();
    }
  }

  private long now() {
    return shared.clock().millis();
  }

  private void first(WebSocketFrame frame, boolean isBinary) {
    if (isBinary != binary) {
      session.close(
          Ending.refused(UNSUPPORTED, binary ? "frames must be binary" : "frames must be text"));
    } else if (frame.content().readableBytes() > shared.messageBytesMax()) {
      tooLarge();
    } else if (frame.isFinalFragment()) {
      session.received(ByteBufUtil.getBytes(frame.content()), now());
    } else {
      session.seen(now());
      forgetFragments();
      fragments = Unpooled.buffer(frame.content().readableBytes()).writeBytes(frame.content());
    }
  }

  /// The decoder lets no continuation through that continues nothing.
  private void more(ContinuationWebSocketFrame frame) {
    ByteBuf message = fragments;
    if (message == null) {
      return;
    }
    if (message.readableBytes() + frame.content().readableBytes() > shared.messageBytesMax()) {
      forgetFragments();
      tooLarge();
      return;
    }
    message.writeBytes(frame.content());
    if (frame.isFinalFragment()) {
      byte[] bytes = ByteBufUtil.getBytes(message);
      forgetFragments();
      session.received(bytes, now());
    } else {
      session.seen(now());
    }
  }

  private void forgetFragments() {
    ByteBuf message = fragments;
    if (message != null) {
      message.release();
      fragments = null;
    }
  }

  private void tooLarge() {
    session.close(Ending.refused(TOO_LARGE, "message beyond " + shared.messageBytesMax()));
  }

  private void pinged(PingWebSocketFrame ping) {
    session.seen(now());
    if (channel.isWritable()) {
      pongsWaiting = 0;
    } else if (++pongsWaiting > PONGS_WAITING_MAX) {
      session.close(Ending.SLOW_READER);
      // It pings without end and reads nothing: an orderly close would wait behind the pongs.
      abort();
      return;
    }
    write(new PongWebSocketFrame(ping.content().retainedDuplicate()));
  }

  /// The peer closes, or answers our close.
  private void closed(CloseWebSocketFrame close) {
    if (!closeSent) {
      closeSent = true;
      var _ =
          channel
              .writeAndFlush(new CloseWebSocketFrame(true, 0, close.content().retainedDuplicate()))
              .addListener(ChannelFutureListener.CLOSE);
    } else {
      var _ = channel.close();
    }
  }

  /// Broken framing is told with a close frame (RFC 6455 §7.1.7); the decoder throws away what
  /// still comes, so that the close frame is not lost to a reset.
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof CorruptedWebSocketFrameException corrupted)) {
      var _ = context.close();
    } else if (!broken) {
      broken = true;
      dispatch(
          () -> session.close(Ending.refused(corrupted.closeStatus().code(), "broken framing")));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!gone) {
      gone = true;
      forgetFragments();
      ArrayDeque<WebSocketFrame> held = heldBack;
      if (held != null) {
        held.forEach(ReferenceCountUtil::release);
        heldBack = null;
      }
      dispatch(() -> goneListener.gone(session));
    }
  }

  private void dispatch(Runnable task) {
    ContextInternal before = loop.beginDispatch();
    try {
      task.run();
    } finally {
      loop.endDispatch(before);
    }
  }

  private void write(WebSocketFrame frame) {
    var _ = channel.writeAndFlush(frame, channel.voidPromise());
  }

  @Override
  public void send(byte[] frame) {
    if (!closeSent) {
      ByteBuf bytes = Unpooled.wrappedBuffer(frame);
      write(binary ? new BinaryWebSocketFrame(bytes) : new TextWebSocketFrame(bytes));
    }
  }

  @Override
  public long queuedBytes() {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.totalPendingWriteBytes();
  }

  @Override
  public void ping() {
    if (!closeSent) {
      write(new PingWebSocketFrame());
    }
  }

  @Override
  public void pauseReading() {
    paused = true;
    channel.config().setAutoRead(false);
  }

  @Override
  public void resumeReading() {
    paused = false;
    while (!paused && heldBack != null) {
      WebSocketFrame next = heldBack.pollFirst();
      if (next == null) {
        heldBack = null;
      } else {
        take(next);
      }
    }
    if (!paused) {
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void close(int code, String reason) {
    if (!closeSent) {
      closeSent = true;
      write(new CloseWebSocketFrame(code, reason));
    }
    // Closed sockets are not read: the peer's own close must still get through.
    resumeReading();
  }

  @Override
  public void abort() {
    var _ = channel.close();
  }

  @Override
  public void execute(Runnable task) {
    loop.runOnContext(nothing -> task.run());
  }

  @Override
  public String remoteAddress() {
    return remoteAddress;
  }
}
