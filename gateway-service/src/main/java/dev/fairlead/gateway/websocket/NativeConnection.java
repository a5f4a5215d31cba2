package dev.fairlead.gateway.websocket;

import dev.fairlead.gateway.admission.Admission;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.Ending;
import dev.fairlead.gateway.session.LastSession;
import dev.fairlead.gateway.session.SessionLifecycle;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.http.WebSocketInternal;
import java.time.InstantSource;
import java.util.Optional;

/// One WebSocket between its session and Vert.x: puts fragments together, and sees to it that only
/// frames of the right kind and size get through.
final class NativeConnection {

  private static final int UNSUPPORTED = 1003;
  private static final int TOO_LARGE = 1009;
  private static final String GUARD = "fairlead-frame-guard";

  /// How many pongs may wait for a peer that reads nothing. Vert.x writes them by itself, past the
  /// bound on what is sent to a device; a peer that pings at leisure never comes near it.
  private static final int PONGS_WAITING_MAX = 1_024;

  private final DeviceSession session;
  private final VertxDeviceSocket socket;
  private final boolean binary;
  private final int messageBytesMax;
  private final InstantSource clock;
  private Optional<Buffer> fragments = Optional.empty();
  private int pongsWaiting;

  private NativeConnection(
      DeviceSession session,
      VertxDeviceSocket socket,
      boolean binary,
      int messageBytesMax,
      InstantSource clock) {
    this.session = session;
    this.socket = socket;
    this.binary = binary;
    this.messageBytesMax = messageBytesMax;
    this.clock = clock;
  }

  /// Begins a session on a socket that was just upgraded, on the socket's context.
  static void begin(
      ServerWebSocket socket,
      Context context,
      NativeWire wire,
      int messageBytesMax,
      String remoteAddress,
      Admission.Decision.Admitted admitted,
      Optional<LastSession> last,
      SessionLifecycle lifecycle,
      InstantSource clock) {
    socket.pause();
    var deviceSocket = new VertxDeviceSocket(socket, context, wire.isBinary(), remoteAddress);
    DeviceSession session = lifecycle.open(admitted.credential(), wire, deviceSocket, last);
    Runnable gone =
        () -> {
          lifecycle.socketClosed(session);
          admitted.place().release();
        };
    try {
      var connection =
          new NativeConnection(session, deviceSocket, wire.isBinary(), messageBytesMax, clock);
      socket.closeHandler(nothing -> gone.run());
      socket.frameHandler(connection::received);
      ChannelHandlerContext channel = ((WebSocketInternal) socket).channelHandlerContext();
      UrlTokens.leave(channel.pipeline());
      channel.pipeline().addBefore(channel.name(), GUARD, new FrameGuard(connection::broken));
    } catch (IllegalStateException e) {
      // It was closed before anybody could listen to it.
      gone.run();
    }
  }

  private void broken(int closeCode) {
    session.close(Ending.refused(closeCode, "broken framing"));
  }

  private void received(WebSocketFrame frame) {
    switch (frame.type()) {
      case TEXT -> first(frame, false);
      case BINARY -> first(frame, true);
      case CONTINUATION -> more(frame);
      case PING -> pinged();
      case PONG -> session.seen(clock.millis());
      case CLOSE -> {
        // Vert.x answers it, and tells of the end.
      }
    }
  }

  private void pinged() {
    session.seen(clock.millis());
    if (socket.isFlowing()) {
      pongsWaiting = 0;
    } else if (++pongsWaiting > PONGS_WAITING_MAX) {
      session.close(Ending.SLOW_READER);
      // It pings without end and reads nothing: an orderly close would wait behind the pongs.
      socket.abort();
    }
  }

  private void first(WebSocketFrame frame, boolean isBinary) {
    if (isBinary != binary) {
      session.close(
          Ending.refused(UNSUPPORTED, binary ? "frames must be binary" : "frames must be text"));
    } else if (frame.binaryData().length() > messageBytesMax) {
      tooLarge();
    } else if (frame.isFinal()) {
      session.received(frame.binaryData().getBytes(), clock.millis());
    } else {
      session.seen(clock.millis());
      fragments = Optional.of(Buffer.buffer().appendBuffer(frame.binaryData()));
    }
  }

  /// The decoder lets no continuation through that continues nothing.
  private void more(WebSocketFrame frame) {
    Buffer message = fragments.orElseGet(Buffer::buffer);
    if (message.length() + frame.binaryData().length() > messageBytesMax) {
      fragments = Optional.empty();
      tooLarge();
      return;
    }
    message.appendBuffer(frame.binaryData());
    if (frame.isFinal()) {
      fragments = Optional.empty();
      session.received(message.getBytes(), clock.millis());
    } else {
      session.seen(clock.millis());
      fragments = Optional.of(message);
    }
  }

  private void tooLarge() {
    session.close(Ending.refused(TOO_LARGE, "message beyond " + messageBytesMax));
  }
}
