package dev.fairlead.gateway.websocket;

import dev.fairlead.gateway.session.DeviceSocket;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.http.WebSocketInternal;

/// A server's WebSocket of Vert.x as a session's socket.
final class VertxDeviceSocket implements DeviceSocket {

  private final ServerWebSocket socket;
  private final Context context;
  private final boolean binary;
  private final String remoteAddress;
  private long queuedBytes;

  VertxDeviceSocket(ServerWebSocket socket, Context context, boolean binary, String remoteAddress) {
    this.socket = socket;
    this.context = context;
    this.binary = binary;
    this.remoteAddress = remoteAddress;
  }

  @Override
  public void send(byte[] frame) {
    Buffer buffer = Buffer.buffer(frame);
    queuedBytes += frame.length;
    var _ =
        socket
            .writeFrame(
                binary
                    ? WebSocketFrame.binaryFrame(buffer, true)
                    : WebSocketFrame.textFrame(buffer.toString(), true))
            .onComplete(done -> queuedBytes -= frame.length);
  }

  @Override
  public long queuedBytes() {
    return queuedBytes;
  }

  /// Whether the peer reads what it is sent; pongs, which nobody here writes, included.
  boolean isFlowing() {
    return ((WebSocketInternal) socket).channelHandlerContext().channel().isWritable();
  }

  @Override
  public void ping() {
    var _ = socket.writePing(Buffer.buffer());
  }

  @Override
  public void pauseReading() {
    var _ = socket.pause();
  }

  @Override
  public void resumeReading() {
    var _ = socket.resume();
  }

  @Override
  public void close(int code, String reason) {
    // Closed sockets are not read: the peer's own close must still get through.
    var _ = socket.resume();
    var _ = socket.close((short) code, reason);
  }

  @Override
  public void abort() {
    // The public API has only the orderly close, which waits for the peer.
    var _ = ((WebSocketInternal) socket).channelHandlerContext().close();
  }

  @Override
  public void execute(Runnable task) {
    context.runOnContext(nothing -> task.run());
  }

  @Override
  public String remoteAddress() {
    return remoteAddress;
  }
}
