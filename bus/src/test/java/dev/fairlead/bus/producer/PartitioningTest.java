package dev.fairlead.bus.producer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

class PartitioningTest {

  @Test
  void putsSessionsWhereKafkaPutsOtherRecordsOfTheDevice() {
    for (int i = 0; i < 1_000; i++) {
      String key = "default/device-" + i;
      assertThat(BusProducer.partitionOf(key, 12))
          .isEqualTo(BuiltInPartitioner.partitionForKey(key.getBytes(UTF_8), 12));
    }
  }
}
