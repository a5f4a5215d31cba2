package dev.fairlead.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A socket in memory: what is to be run waits until [#runTasks].
public final class FakeSocket implements DeviceSocket {

  private final List<String> sent = new ArrayList<>();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private long queuedBytes;
  private int pings;
  private boolean reading;
  private boolean aborted;
  private Optional<Integer> closeCode = Optional.empty();

  @Override
  public void send(byte[] frame) {
    sent.add(new String(frame, UTF_8));
  }

  @Override
  public long queuedBytes() {
    return queuedBytes;
  }

  @Override
  public void ping() {
    pings++;
  }

  @Override
  public void pauseReading() {
    reading = false;
  }

  @Override
  public void resumeReading() {
    reading = true;
  }

  @Override
  public void close(int code, String reason) {
    closeCode = Optional.of(code);
  }

  @Override
  public void abort() {
    aborted = true;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public String remoteAddress() {
    return "192.0.2.1";
  }

  /// Runs what waits to be run, and what that leaves.
  public void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /// The peer reads nothing: so much waits to be sent.
  public void queue(long bytes) {
    queuedBytes = bytes;
  }

  public List<String> sent() {
    return List.copyOf(sent);
  }

  public int pings() {
    return pings;
  }

  public boolean isReading() {
    return reading;
  }

  public boolean isAborted() {
    return aborted;
  }

  public Optional<Integer> closeCode() {
    return closeCode;
  }
}
