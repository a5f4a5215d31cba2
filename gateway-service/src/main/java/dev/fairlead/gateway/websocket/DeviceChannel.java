package dev.fairlead.gateway.websocket;

import dev.fairlead.gateway.admission.ConnectionCounts;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.DeviceSocket;
import dev.fairlead.gateway.session.Ending;
import dev.fairlead.protocol.NativeProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import java.io.ByteArrayOutputStream;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A device's WebSocket after its handshake: all that is left of the connection in Netty's
/// pipeline, besides TLS. Puts fragments together, answers pings and closes, and sees to it that
/// only frames of the right kind and size get through.
///
/// What it calls runs on the Vert.x context of its event loop, which all connections of that loop
/// share.
final class DeviceChannel extends ChannelInboundHandlerAdapter
    implements DeviceSocket, FrameReader.Frames {

  private static final byte[] NOTHING = new byte[0];

  /// How many pongs may wait for a peer that reads nothing; one that pings at leisure never comes
  /// near it.
  private static final int PONGS_WAITING_MAX = 1_024;

  /// What all connections of a door have in common.
  ///
  /// @param messageBytesMax the longest message
  /// @param clock milliseconds since 1970
  /// @param gone is told once when a connection is gone
  record Shared(int messageBytesMax, InstantSource clock, Consumer<DeviceSession> gone) {}

  private final Shared shared;
  private final Channel channel;
  private final ContextInternal loop;

  /// Of what kind the frames of messages are.
  private final boolean binary;

  private final String remoteAddress;
  private final ConnectionCounts.Place place;
  private final DeviceSession session;
  private final FrameReader reader = new FrameReader();

  /// What there is of a message that is not whole yet.
  private @Nullable ByteArrayOutputStream fragments;

  private short pongsWaiting;
  private boolean paused = true;
  private boolean reading;
  private boolean closeSent;
  private boolean gone;

  /// @param channel of which this is to be the last handler
  /// @param binary of what kind the frames of messages are
  /// @param place is given back when the connection is gone
  /// @param sessions makes the session of this socket
  DeviceChannel(
      Shared shared,
      Channel channel,
      ContextInternal loop,
      boolean binary,
      String remoteAddress,
      ConnectionCounts.Place place,
      Function<DeviceSocket, DeviceSession> sessions) {
    this.shared = shared;
    this.channel = channel;
    this.loop = loop;
    this.binary = binary;
    this.remoteAddress = place.shared(remoteAddress);
    this.place = place;
    this.session = sessions.apply(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    reader.add(context.alloc(), bytes);
    ContextInternal before = loop.beginDispatch();
    try {
      read();
      reader.shrink();
    } finally {
      loop.endDispatch(before);
    }
  }

  /// A frame may stop reading, or let it go on from within.
  private void read() {
    if (reading) {
      return;
    }
    reading = true;
    try {
      boolean more = true;
      while (more && !paused) {
        more = reader.next(shared.messageBytesMax(), this);
      }
    } finally {
      reading = false;
    }
  }

  @Override
  public void frame(Opcode opcode, boolean last, byte[] payload) {
    switch (opcode) {
      case TEXT, BINARY -> first(opcode, last, payload);
      case CONTINUATION -> more(last, payload);
      case PING -> pinged(payload);
      case PONG -> session.seen(now());
      case CLOSE -> closed(payload);
    }
  }

  /// Broken framing is told with a close frame (RFC 6455 §7.1.7); what still comes is read and
  /// thrown away, so that the close frame is not lost to a reset.
  @Override
  public void broken(int code) {
    session.close(
        Ending.refused(
            code, code == NativeProtocol.CLOSE_TOO_LARGE ? beyondBound() : "broken framing"));
  }

  private long now() {
    return shared.clock().millis();
  }

  private void first(Opcode opcode, boolean last, byte[] payload) {
    if (opcode != kind()) {
      session.close(
          Ending.refused(
              NativeProtocol.CLOSE_UNSUPPORTED,
              binary ? "frames must be binary" : "frames must be text"));
    } else if (last) {
      session.received(payload, now());
    } else {
      session.seen(now());
      ByteArrayOutputStream message = new ByteArrayOutputStream(payload.length);
      message.writeBytes(payload);
      fragments = message;
    }
  }

  private void more(boolean last, byte[] payload) {
    ByteArrayOutputStream message = fragments;
    if (message == null) {
      // The rest of a message that was refused.
      return;
    }
    if (message.size() + payload.length > shared.messageBytesMax()) {
      fragments = null;
      session.close(Ending.refused(NativeProtocol.CLOSE_TOO_LARGE, beyondBound()));
      return;
    }
    message.writeBytes(payload);
    if (last) {
      fragments = null;
      session.received(message.toByteArray(), now());
    } else {
      session.seen(now());
    }
  }

  private Opcode kind() {
    return binary ? Opcode.BINARY : Opcode.TEXT;
  }

  private String beyondBound() {
    return "message beyond " + shared.messageBytesMax();
  }

  private void pinged(byte[] payload) {
    session.seen(now());
    if (channel.isWritable()) {
      pongsWaiting = 0;
    } else if (++pongsWaiting > PONGS_WAITING_MAX) {
      session.close(Ending.SLOW_READER);
      // It pings without end and reads nothing: an orderly close would wait behind the pongs.
      abort();
      return;
    }
    write(Opcode.PONG, payload);
  }

  /// The peer closes, or answers our close.
  private void closed(byte[] payload) {
    if (!closeSent) {
      closeSent = true;
      var _ =
          channel
              .writeAndFlush(FrameWriter.frame(channel.alloc(), Opcode.CLOSE, payload))
              .addListener(ChannelFutureListener.CLOSE);
    } else {
      var _ = channel.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!gone) {
      gone = true;
      fragments = null;
      reader.stop();
      ContextInternal before = loop.beginDispatch();
      try {
        shared.gone().accept(session);
        place.release();
      } finally {
        loop.endDispatch(before);
      }
    }
  }

  private void write(Opcode opcode, byte[] payload) {
    write(FrameWriter.frame(channel.alloc(), opcode, payload));
  }

  private void write(ByteBuf frame) {
    var _ = channel.writeAndFlush(frame, channel.voidPromise());
  }

  @Override
  public void send(byte[] frame) {
    if (!closeSent) {
      write(kind(), frame);
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
      write(Opcode.PING, NOTHING);
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
    read();
    if (!paused) {
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void close(int code, String reason) {
    if (!closeSent) {
      closeSent = true;
      write(FrameWriter.close(channel.alloc(), code, reason));
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
