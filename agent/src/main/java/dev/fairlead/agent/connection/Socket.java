package dev.fairlead.agent.connection;

import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.ProtocolException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One WebSocket, from the handshake on. Writing is for any thread, one at a time, as the JDK
/// demands; whatever ends the socket is an event for the connection's thread.
final class Socket implements Transmitter, AutoCloseable {

  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(300);

  private final WebSocket socket;
  private final MessageCodec codec;
  private final boolean binary;
  private final BlockingQueue<Event> events;
  private final SocketListener listener;
  private final ReentrantLock writing = new ReentrantLock();
  private volatile int messageBytesMax = Integer.MAX_VALUE;

  Socket(
      WebSocket socket,
      MessageCodec codec,
      boolean binary,
      BlockingQueue<Event> events,
      SocketListener listener) {
    this.socket = socket;
    this.codec = codec;
    this.binary = binary;
    this.events = events;
    this.listener = listener;
  }

  /// What the gateway accepts; greater messages are not sent.
  void limit(int bytes) {
    messageBytesMax = bytes;
  }

  /// Asks for one more message.
  void readOn() {
    socket.request(1);
  }

  /// The next event; null if none comes in time.
  @Nullable Event next(Duration patience) throws InterruptedException {
    return events.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  Duration silence() {
    return Duration.ofNanos(System.nanoTime() - listener.heardNanos());
  }

  @Override
  public Transmission send(Message message) {
    byte[] frame;
    try {
      frame = codec.encode(message);
    } catch (ProtocolException e) {
      return Transmission.TOO_LARGE;
    }
    if (frame.length > messageBytesMax) {
      return Transmission.TOO_LARGE;
    }
    return write(() -> data(frame)) ? Transmission.SENT : Transmission.NOT_CONNECTED;
  }

  private CompletableFuture<WebSocket> data(byte[] frame) {
    return binary
        ? socket.sendBinary(ByteBuffer.wrap(frame), true)
        : socket.sendText(new String(frame, StandardCharsets.UTF_8), true);
  }

  /// Asks for a sign of life.
  void ping() {
    boolean _ = write(() -> socket.sendPing(ByteBuffer.allocate(0)));
  }

  /// One write of the socket.
  private interface Write {
    CompletableFuture<WebSocket> begin();
  }

  private boolean write(Write write) {
    writing.lock();
    try {
      if (socket.isOutputClosed()) {
        return false;
      }
      WebSocket _ = write.begin().get(SEND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      giveUp("interrupted while sending");
    } catch (ExecutionException | TimeoutException e) {
      giveUp("cannot send: " + e);
    } finally {
      writing.unlock();
    }
    return false;
  }

  /// Drops the connection without a word.
  void giveUp(String reason) {
    boolean _ = events.offer(new Event.Failed(reason));
    socket.abort();
  }

  /// Says goodbye if that is quickly done, then drops the connection.
  @Override
  public void close() {
    try {
      if (!socket.isOutputClosed() && writing.tryLock()) {
        try {
          WebSocket _ =
              socket
                  .sendClose(WebSocket.NORMAL_CLOSURE, "")
                  .get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
          writing.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException _) {
      // Nobody is there to say goodbye to.
    }
    socket.abort();
  }
}
