package dev.fairlead.bus.consumer;

import dev.fairlead.bus.BusSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/// The settings of Kafka's consumer that ours rely on.
final class ConsumerProperties {

  /// Records of one poll of a consumer that belongs to no group.
  static final int POLL_RECORDS_MAX = 500;

  /// The same for a member of a group: bounds a batch, and so a transaction.
  static final int GROUP_POLL_RECORDS_MAX = 2_000;

  /// What is fetched of a partition at a time, for a member of a group: so little that a poll holds
  /// records of several partitions where many wait, and not thousands of one.
  private static final int GROUP_PARTITION_BYTES_MAX = 128 * 1024;

  private static final int FETCH_BYTES_MAX = 8 * 1024 * 1024;
  private static final int SESSION_TIMEOUT_MILLIS = 10_000;
  private static final int HEARTBEAT_MILLIS = 2_000;
  private static final int API_TIMEOUT_MILLIS = 10_000;

  private ConsumerProperties() {}

  static Map<String, String> tail(BusSettings settings) {
    Map<String, String> properties = new HashMap<>(settings.clientProperties());
    properties.put("enable.auto.commit", "false");
    // A gap is to be seen, not jumped over.
    properties.put("auto.offset.reset", "none");
    properties.put("max.poll.records", Integer.toString(POLL_RECORDS_MAX));
    properties.put("fetch.max.bytes", Integer.toString(FETCH_BYTES_MAX));
    properties.put("default.api.timeout.ms", Integer.toString(API_TIMEOUT_MILLIS));
    properties.put("request.timeout.ms", Integer.toString(API_TIMEOUT_MILLIS));
    properties.put("reconnect.backoff.max.ms", "1000");
    return properties;
  }

  static Map<String, String> group(BusSettings settings, String group) {
    Map<String, String> properties = tail(settings);
    properties.put("group.id", settings.topicPrefix() + group);
    properties.put("max.poll.records", Integer.toString(GROUP_POLL_RECORDS_MAX));
    properties.put("max.partition.fetch.bytes", Integer.toString(GROUP_PARTITION_BYTES_MAX));
    properties.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
    properties.put("session.timeout.ms", Integer.toString(SESSION_TIMEOUT_MILLIS));
    properties.put("heartbeat.interval.ms", Integer.toString(HEARTBEAT_MILLIS));
    return properties;
  }
}
