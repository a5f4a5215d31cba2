package dev.fairlead.endtoend.harness;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// Reads what is on a topic, as an integration would.
public final class BusReader {

  private BusReader() {}

  /// All records that are there now.
  public static List<ReceivedRecord> read(String bootstrapServers, Topic topic) {
    Settings settings = Settings.of(Map.of("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers));
    Vertx vertx = Vertx.vertx();
    Bus bus = new Bus(vertx, BusSettings.from(settings), new SimpleMeterRegistry(), new Health());
    List<ReceivedRecord> records = new CopyOnWriteArrayList<>();
    TopicTail tail =
        bus.tail(
            topic,
            bus.partitionsOf(topic).await(),
            new TopicTail.Start.Beginning(),
            records::add,
            () -> {});
    tail.start().await();
    tail.close().await();
    bus.close().await();
    vertx.close().await();
    return List.copyOf(records);
  }
}
