package dev.fairlead.agent.connection;

import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.ProtocolException;
import dev.fairlead.protocol.WireFormat;
import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Puts fragments together and decodes them. Reads one message at a time: the next is asked for
/// only once the connection's thread has dealt with the last, so the queue never fills.
final class SocketListener implements WebSocket.Listener {

  private final WireFormat wire;
  private final MessageCodec codec;
  private final int messageBytesMax;
  private final BlockingQueue<Event> events;
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private final StringBuilder text = new StringBuilder();
  private volatile long heardNanos = System.nanoTime();

  SocketListener(
      WireFormat wire, MessageCodec codec, int messageBytesMax, BlockingQueue<Event> events) {
    this.wire = wire;
    this.codec = codec;
    this.messageBytesMax = messageBytesMax;
    this.events = events;
  }

  /// When the gateway was last heard, by `System.nanoTime()`.
  long heardNanos() {
    return heardNanos;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    heardNanos = System.nanoTime();
    if (!fits(socket, (long) binary.size() + data.remaining())) {
      return null;
    }
    byte[] piece = new byte[data.remaining()];
    data.get(piece);
    binary.writeBytes(piece);
    if (last) {
      byte[] frame = binary.toByteArray();
      binary.reset();
      tell(WireFormat.MESSAGE_PACK, frame);
    } else {
      socket.request(1);
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    heardNanos = System.nanoTime();
    // Every character is a byte at least; the codec counts them exactly.
    if (!fits(socket, (long) text.length() + data.length())) {
      return null;
    }
    text.append(data);
    if (last) {
      byte[] frame = text.toString().getBytes(StandardCharsets.UTF_8);
      text.setLength(0);
      tell(WireFormat.JSON, frame);
    } else {
      socket.request(1);
    }
    return null;
  }

  private boolean fits(WebSocket socket, long bytes) {
    if (bytes <= messageBytesMax) {
      return true;
    }
    tell(new Event.Failed("the gateway sent more than " + messageBytesMax + " bytes"));
    socket.abort();
    return false;
  }

  private void tell(WireFormat frameOf, byte[] frame) {
    if (frameOf != wire) {
      tell(new Event.Garbage("a frame of the other wire"));
      return;
    }
    try {
      tell(new Event.Received(codec.decode(frame)));
    } catch (ProtocolException e) {
      tell(new Event.Garbage(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
    heardNanos = System.nanoTime();
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
    heardNanos = System.nanoTime();
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    tell(new Event.Closed(code, reason));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    tell(new Event.Failed(String.valueOf(error.getMessage())));
  }

  /// Beyond its capacity the queue holds an end already, and one end is enough.
  private void tell(Event event) {
    boolean _ = events.offer(event);
  }
}
