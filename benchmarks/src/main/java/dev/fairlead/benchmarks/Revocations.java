package dev.fairlead.benchmarks;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Writes revocations of devices that were, as a registry would: what a gateway reads before it is
/// ready.
final class Revocations {

  private static final long BUDGET_BYTES = 64L << 20;
  private static final int BATCH = 1_000;

  private Revocations() {}

  static void write(String bootstrapServers, int count) {
    Vertx vertx = Vertx.vertx();
    Bus bus =
        new Bus(
            vertx,
            BusSettings.from(
                Settings.of(Map.of("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers))),
            new SimpleMeterRegistry(),
            new Health());
    BusProducer producer =
        bus.producer(ProducerProfile.BULK, BUDGET_BYTES, Set.of(Topic.ACCESS)).await();
    for (int first = 0; first < count; first += BATCH) {
      List<Future<?>> sent = new ArrayList<>(BATCH);
      for (int number = first; number < Math.min(count, first + BATCH); number++) {
        DeviceKey device = DeviceKey.of("default", "gone-" + number);
        sent.add(producer.send(new AccessMessage.Revocation(device, 2, Long.MAX_VALUE).toRecord()));
      }
      Future.all(sent).await();
    }
    producer.close().await();
    bus.close().await();
    vertx.close().await();
  }
}
