package dev.fairlead.endtoend.harness;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.TestDevice.TokenPlace;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Devices of a [ComposeStack] that come back by themselves, after a jittered pause as an agent
/// does, and that may bring an event each half a second.
public final class ComposeFleet implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int PAUSE_MILLIS_MAX = 2_000;
  private static final int EVENT_MILLIS = 500;

  private final ComposeStack stack;
  private final Api api;
  private final List<TestDevice> devices = new ArrayList<>();
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicInteger reconnects = new AtomicInteger();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger sent = new AtomicInteger();
  private volatile boolean over;
  private Future<?> sending = CompletableFuture.completedFuture(null);

  /// Makes the devices.
  ///
  /// @param prefix of their ids
  public ComposeFleet(ComposeStack stack, Api api, HttpClient client, String prefix, int size) {
    this.stack = stack;
    this.api = api;
    for (int i = 0; i < size; i++) {
      devices.add(stack.device(api, client, prefix + i));
    }
  }

  /// Connects all, and keeps them connected from then on.
  public void connect() {
    devices.forEach(this::connect);
    await().atMost(PATIENCE).until(() -> connected.get() == devices.size());
    reconnects.set(0);
  }

  private void connect(TestDevice device) {
    if (over) {
      return;
    }
    var _ =
        device
            .connect(stack.door(), TokenPlace.HEADER)
            .whenComplete(
                (hello, refused) -> {
                  if (refused == null) {
                    live(device);
                  } else {
                    later(device);
                  }
                });
  }

  private void live(TestDevice device) {
    connected.incrementAndGet();
    reconnects.incrementAndGet();
    var _ =
        device
            .closed()
            .thenAccept(
                code -> {
                  connected.decrementAndGet();
                  later(device);
                });
  }

  private void later(TestDevice device) {
    if (!over) {
      var _ =
          timer.schedule(
              () -> connect(device),
              ThreadLocalRandom.current().nextInt(PAUSE_MILLIS_MAX),
              TimeUnit.MILLISECONDS);
    }
  }

  /// How many are connected.
  public int connected() {
    return connected.get();
  }

  /// How often devices have connected again.
  public int reconnects() {
    return reconnects.get();
  }

  /// Each device brings events from now on, each of which reports something that no other does.
  public void sendEvents() {
    sending = timer.scheduleAtFixedRate(this::sendEvent, 0, EVENT_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void sendEvent() {
    int event = sent.getAndIncrement();
    devices.forEach(device -> device.status("e" + event, "{\"e" + event + "\":1}"));
  }

  /// How many events were acknowledged.
  public int acknowledged() {
    return devices.stream().mapToInt(device -> device.acknowledged().size()).sum();
  }

  /// Sends no more and waits until all that were sent are acknowledged.
  public void finishEvents() {
    sending.cancel(false);
    await().atMost(PATIENCE).until(() -> acknowledged() == sent.get() * devices.size());
  }

  /// Acknowledged events that the registry does not show yet.
  public List<String> missing() {
    return devices.stream().flatMap(device -> missing(device).stream()).toList();
  }

  private List<String> missing(TestDevice device) {
    JsonNode reported =
        api.get(stack.tlsPort(), "/api/v1/devices/" + device.id() + "/twin")
            .body()
            .path("reported")
            .path("document");
    return device.acknowledged().stream()
        .filter(event -> !reported.has(event))
        .map(event -> device.id() + ": " + event)
        .toList();
  }

  @Override
  public void close() {
    over = true;
    timer.shutdownNow();
    devices.forEach(TestDevice::cut);
  }
}
