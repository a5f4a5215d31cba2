package dev.fairlead.benchmarks;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Devices whose gateway has died, and that connect again elsewhere: first after a random time
/// below one second, and after each refusal after a random time below twice that of before, up
/// to a minute, as the agent does; or when the gateway says.
final class Comeback implements AutoCloseable {

  private static final long FIRST_MILLIS = 1_000;
  private static final long MOST_MILLIS = 60_000;

  private final LoadDevices devices = new LoadDevices();
  private final Endpoint endpoint;
  private final long begun = System.nanoTime();
  private final List<Long> backMillis = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch left;
  private final AtomicLong refused = new AtomicLong();

  private Comeback(Endpoint endpoint, int count) {
    this.endpoint = endpoint;
    this.left = new CountDownLatch(count);
  }

  /// Begins.
  static Comeback begin(Endpoint endpoint, List<String> credentials) {
    Comeback comeback = new Comeback(endpoint, credentials.size());
    credentials.forEach(credential -> comeback.later(credential, FIRST_MILLIS));
    return comeback;
  }

  private void later(String credential, long belowMillis) {
    devices.after(
        ThreadLocalRandom.current().nextLong(belowMillis), () -> connect(credential, belowMillis));
  }

  private void connect(String credential, long belowMillis) {
    var _ =
        devices
            .open(endpoint, credential)
            .whenComplete(
                (device, failure) -> {
                  if (failure == null) {
                    backMillis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
                    left.countDown();
                  } else {
                    refused.incrementAndGet();
                    again(credential, failure, Math.min(MOST_MILLIS, belowMillis * 2));
                  }
                });
  }

  private void again(String credential, Throwable failure, long belowMillis) {
    Optional<Integer> told = retryAfterSeconds(failure);
    if (told.isPresent()) {
      devices.after(TimeUnit.SECONDS.toMillis(told.get()), () -> connect(credential, belowMillis));
    } else {
      later(credential, belowMillis);
    }
  }

  private static Optional<Integer> retryAfterSeconds(Throwable failure) {
    // There is no response where the handshake took too long.
    return failure instanceof WebSocketClientHandshakeException refusal
        ? Optional.ofNullable(refusal.response())
            .map(response -> response.headers().getInt(HttpHeaderNames.RETRY_AFTER))
        : Optional.empty();
  }

  /// Waits until all are back.
  ///
  /// @return whether they are
  boolean await(int seconds) throws InterruptedException {
    return left.await(seconds, TimeUnit.SECONDS);
  }

  /// How many attempts did not end with a greeting.
  long refused() {
    return refused.get();
  }

  /// After how many seconds so many percent of those were back that are.
  double seconds(int percent) {
    List<Long> sorted = new ArrayList<>(List.copyOf(backMillis));
    Collections.sort(sorted);
    return sorted.get(Math.max(0, sorted.size() * percent / 100 - 1)) / 1_000.0;
  }

  int back() {
    return backMillis.size();
  }

  @Override
  public void close() {
    devices.close();
  }
}
