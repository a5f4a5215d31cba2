package dev.fairlead.benchmarks;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.protocol.Command;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.WireFormat;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// How long a command takes from the bus through one gateway to its device, at a steady rate: from
/// when it was due to be given to Kafka until the device has read it.
final class CommandHop {

  private static final int RATE_PER_SECOND = 100;
  private static final int DEVICES = 20;
  private static final Duration WARM_UP = Duration.ofSeconds(60);
  private static final Duration LENGTH = Duration.ofSeconds(60);
  private static final long PATIENCE_SECONDS = 30;
  private static final long BUDGET_BYTES = 16L << 20;
  private static final byte[] BODY = "{\"n\":1}".getBytes(StandardCharsets.UTF_8);
  private static final MessageCodec CODEC = WireFormat.MESSAGE_PACK.codec(ProtocolLimits.DEFAULT);

  private final Histogram times = new ConcurrentHistogram(3);
  private final AtomicReferenceArray<Sent> sent =
      new AtomicReferenceArray<>(count(WARM_UP) + count(LENGTH));

  private CommandHop() {}

  /// A command that is on its way.
  private record Sent(long dueNanos, CountDownLatch left) {}

  static Table run(Path directory) throws InterruptedException {
    Table table = new Table("command-hop", "rate", "commands", "p50 ms", "p99 ms");
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      CommandHop hop = new CommandHop();
      List<Device> devices = new ArrayList<>();
      for (TestDevice device : cluster.devices("hop-", DEVICES)) {
        devices.add(hop.connect(cluster.http(), cluster.gatewayA().httpPort(), device));
      }
      hop.measure(cluster.kafka().bootstrapServers(), devices);
      table.row(
          RATE_PER_SECOND + "/s",
          Long.toString(hop.times.getTotalCount()),
          Figures.thousandths(hop.times, 50),
          Figures.thousandths(hop.times, 99));
    }
    return table;
  }

  private static int count(Duration length) {
    return Math.toIntExact(length.toSeconds() * RATE_PER_SECOND);
  }

  private void measure(String bootstrapServers, List<Device> devices) throws InterruptedException {
    Vertx vertx = Vertx.vertx();
    try {
      Bus bus =
          new Bus(
              vertx,
              BusSettings.from(
                  Settings.of(Map.of("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers))),
              new SimpleMeterRegistry(),
              new Health());
      BusProducer producer =
          bus.producer(ProducerProfile.PROMPT, BUDGET_BYTES, Set.of(Topic.INBOX)).await();
      send(producer, devices, 0, count(WARM_UP));
      times.reset();
      send(producer, devices, count(WARM_UP), sent.length());
      producer.close().await();
      bus.close().await();
    } finally {
      vertx.close().await();
    }
  }

  private void send(BusProducer producer, List<Device> devices, int first, int end)
      throws InterruptedException {
    CountDownLatch left = new CountDownLatch(end - first);
    long begun = System.nanoTime();
    for (int i = first; i < end; i++) {
      long dueNanos = begun + TimeUnit.SECONDS.toNanos(1) * (i - first) / RATE_PER_SECOND;
      while (System.nanoTime() < dueNanos) {
        LockSupport.parkNanos(dueNanos - System.nanoTime());
      }
      sent.set(i, new Sent(dueNanos, left));
      // One that fails does not arrive.
      var _ = producer.send(devices.get(i % devices.size()).command(Integer.toString(i)));
    }
    if (!left.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(left.getCount() + " commands have not arrived");
    }
  }

  private Device connect(HttpClient client, int port, TestDevice device) {
    Listener listener = new Listener();
    client
        .newWebSocketBuilder()
        .subprotocols(NativeProtocol.SUBPROTOCOL_MESSAGE_PACK)
        .header("Authorization", "Bearer " + device.token())
        .buildAsync(URI.create("ws://127.0.0.1:" + port + NativeProtocol.PATH), listener)
        .join();
    return new Device(DeviceKey.of("default", device.id()), listener.hello.join());
  }

  /// A device that is connected.
  private record Device(DeviceKey key, Hello hello) {

    BusRecord command(String id) {
      return new InboxMessage.Deliver(
              key,
              new SessionId(hello.sessionId()),
              Optional.empty(),
              id,
              "ping",
              System.currentTimeMillis() + TimeUnit.MINUTES.toMillis(1),
              1,
              "application/json",
              BODY)
          .toRecord(InboxAddress.parse(hello.address()));
    }
  }

  private final class Listener implements WebSocket.Listener {

    private final CompletableFuture<Hello> hello = new CompletableFuture<>();
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      byte[] part = new byte[data.remaining()];
      data.get(part);
      parts.writeBytes(part);
      from.request(1);
      if (last) {
        received(CODEC.decode(parts.toByteArray()));
        parts.reset();
      }
      return CompletableFuture.completedFuture(null);
    }

    private void received(Message message) {
      if (message.header().type().equals(NativeProtocol.TYPE_HELLO)) {
        hello.complete(Hello.from(message));
      } else if (message.header().type().equals(NativeProtocol.TYPE_COMMAND)) {
        Sent command = sent.get(Integer.parseInt(Command.from(message).id()));
        times.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - command.dueNanos()));
        command.left().countDown();
      }
    }
  }
}
