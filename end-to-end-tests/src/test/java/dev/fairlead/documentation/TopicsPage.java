package dev.fairlead.documentation;

import static dev.fairlead.documentation.MarkdownTable.code;

import dev.fairlead.bus.Topic;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/// `docs/reference/topics.md`.
final class TopicsPage {

  private static final String SOURCE = "bus/src/main/java/dev/fairlead/bus/Topic.java";

  private TopicsPage() {}

  static String content() {
    String source = SourceTree.read(SOURCE);
    StringBuilder page =
        new StringBuilder(
            """
            # Topics

            Made from `dev.fairlead.bus.Topic`. The prefix `fairlead.` is a setting, `FAIRLEAD_KAFKA_TOPIC_PREFIX`. Services make the topics that are missing and
            change none that is there.

            """);
    page.append(MarkdownTable.header("Topic", "Holds", "Partitions", "Kept"));
    for (Topic topic : Topic.values()) {
      page.append(
          MarkdownTable.row(
              code("fairlead." + topic.suffix()),
              Javadoc.before(source, topic.name() + "(\"" + topic.suffix() + "\""),
              partitions(topic),
              kept(topic)));
    }
    page.append(
        """

        What they are made with. When a service starts it compares the settings that a topic has with these, and with `max.message.bytes` of 2 MiB and
        `min.insync.replicas` of 2 (1 where fewer than three copies are kept), which all of them have.

        """);
    page.append(MarkdownTable.header("Topic", "Settings"));
    for (Topic topic : Topic.values()) {
      page.append(MarkdownTable.row(code("fairlead." + topic.suffix()), settings(topic.config())));
    }
    return page.toString();
  }

  private static String partitions(Topic topic) {
    return switch (topic.spread()) {
      case SINGLE -> "1";
      case KEYED -> code("FAIRLEAD_KAFKA_PARTITIONS") + ", by key";
      case INBOX -> code("FAIRLEAD_KAFKA_INBOX_PARTITIONS") + ", as gateways chose";
      case STREAMS -> code("FAIRLEAD_KAFKA_STREAMS_PARTITIONS") + ", as gateways chose";
    };
  }

  private static String kept(Topic topic) {
    Map<String, String> config = topic.config();
    return config.containsKey("retention.ms")
        ? time(config.getOrDefault("retention.ms", ""))
        : "the newest of each key; what is superseded, and tombstones, for "
            + time(config.getOrDefault("delete.retention.ms", ""));
  }

  private static String time(String millis) {
    Duration duration = Duration.ofMillis(Long.parseLong(millis));
    if (duration.toDays() > 0) {
      return count(duration.toDays(), "day");
    }
    return duration.toHours() > 0
        ? count(duration.toHours(), "hour")
        : count(duration.toMinutes(), "minute");
  }

  private static String count(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }

  private static String settings(Map<String, String> config) {
    return config.entrySet().stream()
        .map(entry -> code(entry.getKey() + "=" + entry.getValue()))
        .collect(Collectors.joining(" "));
  }
}
