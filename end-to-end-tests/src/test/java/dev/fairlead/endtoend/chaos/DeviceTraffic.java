package dev.fairlead.endtoend.chaos;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Messages;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// What devices do, a word at a time; a gateway that is not there at the moment is no reason to
/// stop.
public final class DeviceTraffic implements Runnable {

  private final Cluster cluster;
  private final List<TestDevice> devices;
  private final Random random;
  private final Map<String, CompletableFuture<Hello>> links = new ConcurrentHashMap<>();
  private boolean ended;
  private int words;

  /// Begins with nobody connected.
  public DeviceTraffic(Cluster cluster, List<TestDevice> devices, long seed) {
    this.cluster = cluster;
    this.devices = List.copyOf(devices);
    this.random = new Random(seed);
  }

  /// Whether a device has a session, as far as it knows.
  public boolean isConnected(TestDevice device) {
    CompletableFuture<Hello> link = links.get(device.id());
    return link != null
        && link.isDone()
        && !link.isCompletedExceptionally()
        && !device.closed().isDone();
  }

  private void connect(TestDevice device) {
    ServiceJar gateway = random.nextBoolean() ? cluster.gatewayA() : cluster.gatewayB();
    links.put(device.id(), device.connect(gateway.httpPort()));
  }

  /// Connects those that are not; tells whether all are.
  public synchronized boolean connectAll() {
    for (TestDevice device : devices) {
      CompletableFuture<Hello> link = links.get(device.id());
      if (!isConnected(device) && (link == null || link.isDone())) {
        connect(device);
      }
    }
    return devices.stream().allMatch(this::isConnected);
  }

  /// Lets a third of them go.
  public synchronized void disconnectSome() {
    devices.stream()
        .filter(_ -> random.nextInt(3) == 0)
        .forEach(
            device -> {
              device.disconnect();
              links.remove(device.id());
            });
  }

  /// No more words.
  public synchronized void end() {
    ended = true;
  }

  @Override
  public synchronized void run() {
    if (!ended) {
      say(devices.get(random.nextInt(devices.size())));
    }
  }

  private void say(TestDevice device) {
    words++;
    CompletableFuture<Hello> link = links.get(device.id());
    if (link != null && !link.isDone()) {
      return;
    }
    if (!isConnected(device)) {
      connect(device);
      return;
    }
    switch (random.nextInt(40)) {
      case 0 -> device.disconnect();
      case 1 -> {
        device.cut();
        links.remove(device.id());
      }
      case 2 -> {
        device.disconnect();
        connect(device);
      }
      case 3, 4, 5 -> alert(device, "raised");
      case 6, 7 -> alert(device, "cleared");
      case 8, 9, 10, 11, 12 -> device.status("e" + words, "{\"word\":" + words + "}");
      default -> device.send(Messages.telemetry(Body.utf8("{\"t\":" + random.nextInt(100) + "}")));
    }
  }

  private void alert(TestDevice device, String state) {
    device.send(
        Messages.alert(
            Body.utf8(
                "{\"code\":\"c%d\",\"severity\":\"warning\",\"text\":\"w%d\",\"state\":\"%s\"}"
                    .formatted(random.nextInt(3), words, state))));
  }
}
