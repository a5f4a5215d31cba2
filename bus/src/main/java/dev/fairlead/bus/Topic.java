package dev.fairlead.bus;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Every topic there is, and how it is kept. The name on the broker is a prefix (setting
/// `FAIRLEAD_KAFKA_TOPIC_PREFIX`, `fairlead.`) and [#suffix()].
public enum Topic {
  /// Measurements of devices.
  TELEMETRY("telemetry", Spread.KEYED, Cleanup.DELETED, Duration.ofDays(3)),
  /// Status, reported state, alerts and logs of devices.
  EVENTS("events", Spread.KEYED, Cleanup.DELETED, Duration.ofDays(7)),
  /// Sessions of devices, keyed `tenant/deviceId/sessionId`, partitioned by `tenant/deviceId`.
  SESSIONS("sessions", Spread.KEYED, Cleanup.COMPACTED, Duration.ofDays(7)),
  /// Answers of devices to commands.
  REPLIES("replies", Spread.KEYED, Cleanup.DELETED, Duration.ofDays(3)),
  /// Ends of commands whose senders asked to be told.
  COMMANDS("commands", Spread.KEYED, Cleanup.DELETED, Duration.ofDays(7)),
  /// Mail to one gateway, in the partition that it chose.
  INBOX("inbox", Spread.INBOX, Cleanup.DELETED, Duration.ofHours(1)),
  /// Frames of terminals, files and ports to one gateway.
  STREAMS("streams", Spread.STREAMS, Cleanup.DELETED, Duration.ofMinutes(10)),
  /// Heartbeats of gateways and registries.
  GATEWAYS("gateways", Spread.SINGLE, Cleanup.COMPACTED, Duration.ofDays(7)),
  /// What admission needs: keys, revocations, limits, the generation.
  ACCESS("access", Spread.SINGLE, Cleanup.COMPACTED, Duration.ofDays(7)),
  /// Devices, and types of devices, created, changed and deleted.
  DEVICES("devices", Spread.KEYED, Cleanup.COMPACTED, Duration.ofDays(7)),
  /// Who did what, from where, with what outcome.
  AUDIT("audit", Spread.KEYED, Cleanup.DELETED, Duration.ofDays(7)),
  /// Messages of the pub/sub side.
  TOPICS("topics", Spread.KEYED, Cleanup.DELETED, Duration.ofDays(1)),
  /// Records that no consumer could understand, with the reason.
  DEAD_LETTERS("dead-letters", Spread.SINGLE, Cleanup.DELETED, Duration.ofDays(14));

  /// How many partitions a topic has: one, or as many as a setting says.
  public enum Spread {
    /// One partition.
    SINGLE,
    /// `FAIRLEAD_KAFKA_PARTITIONS`, by the hash of the key.
    KEYED,
    /// `FAIRLEAD_KAFKA_INBOX_PARTITIONS`, as gateways chose.
    INBOX,
    /// `FAIRLEAD_KAFKA_STREAMS_PARTITIONS`, as gateways chose.
    STREAMS
  }

  private final String suffix;
  private final Spread spread;
  private final Cleanup cleanup;
  private final Duration kept;

  /// @param kept how long records stay; of a compacted topic, how long superseded ones and
  ///     tombstones stay
  Topic(String suffix, Spread spread, Cleanup cleanup, Duration kept) {
    this.suffix = suffix;
    this.spread = spread;
    this.cleanup = cleanup;
    this.kept = kept;
  }

  /// The name without the prefix.
  public String suffix() {
    return suffix;
  }

  /// What decides the number of partitions.
  public Spread spread() {
    return spread;
  }

  /// The broker's settings of the topic that Fairlead relies on, by their Kafka names.
  public Map<String, String> config() {
    Map<String, String> config = new LinkedHashMap<>();
    String millis = Long.toString(kept.toMillis());
    switch (cleanup) {
      case DELETED -> {
        config.put("cleanup.policy", "delete");
        config.put("retention.ms", millis);
        // Only closed segments are deleted: a quarter of the time keeps the overhang small.
        config.put("segment.ms", Long.toString(kept.dividedBy(4).toMillis()));
      }
      case COMPACTED -> {
        config.put("cleanup.policy", "compact");
        config.put("min.compaction.lag.ms", millis);
        config.put("delete.retention.ms", millis);
      }
    }
    return config;
  }

  /// What the broker does with old records.
  private enum Cleanup {
    DELETED,
    COMPACTED
  }
}
