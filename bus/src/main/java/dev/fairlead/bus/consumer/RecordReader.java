package dev.fairlead.bus.consumer;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/// Turns Kafka's records into ours.
final class RecordReader {

  private RecordReader() {}

  static ReceivedRecord read(Topic topic, ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new HashMap<>();
    for (Header header : record.headers()) {
      if (header.value() != null) {
        headers.put(header.key(), utf8(header.value()));
      }
    }
    return new ReceivedRecord(
        topic,
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.key() == null ? "" : utf8(record.key()),
        headers,
        record.value());
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
