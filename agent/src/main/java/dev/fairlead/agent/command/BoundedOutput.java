package dev.fairlead.agent.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/// Reads a stream to its end, so that its writer never blocks, and keeps its beginning.
///
/// The thread is a platform thread: reading a pipe would pin a carrier, and a process that
/// outlives its parent can hold the pipe open for long.
final class BoundedOutput {

  private static final int BUFFER_BYTES = 8192;

  private final InputStream stream;
  private final int bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final Thread thread;
  private boolean truncated;

  private BoundedOutput(InputStream stream, int bytesMax) {
    this.stream = stream;
    this.bytesMax = bytesMax;
    this.thread = Thread.ofPlatform().daemon().name("agent-exec-output").unstarted(this::drain);
  }

  static BoundedOutput of(InputStream stream, int bytesMax) {
    BoundedOutput output = new BoundedOutput(stream, bytesMax);
    output.thread.start();
    return output;
  }

  private void drain() {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (stream) {
      for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
        keep(buffer, count);
      }
    } catch (IOException _) {
      // The process was killed: what came before is all there is.
    }
  }

  private void keep(byte[] buffer, int count) {
    lock.lock();
    try {
      int room = Math.min(count, bytesMax - kept.size());
      kept.write(buffer, 0, room);
      truncated |= room < count;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the end of the stream, but not for long.
  void awaitEnd(Duration patience) throws InterruptedException {
    boolean _ = thread.join(patience);
  }

  String text() {
    lock.lock();
    try {
      return kept.toString(StandardCharsets.UTF_8);
    } finally {
      lock.unlock();
    }
  }

  boolean truncated() {
    lock.lock();
    try {
      return truncated;
    } finally {
      lock.unlock();
    }
  }
}
