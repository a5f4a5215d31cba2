package dev.fairlead.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Makes the topics and says what the broker knows of them. Futures complete on the caller's
/// context.
public final class BusAdmin {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
  private static final int MESSAGE_BYTES_MAX = 2 * 1024 * 1024;
  private static final int KNOWN_LOOKS_MAX = 100;
  private static final long KNOWN_WAIT_MILLIS = 50;
  private static final int REQUEST_TIMEOUT_MILLIS = 10_000;

  private final Vertx vertx;
  private final BusSettings settings;
  private final Admin admin;

  /// Makes a client; nothing is sent yet.
  public BusAdmin(Vertx vertx, BusSettings settings) {
    this.vertx = vertx;
    this.settings = settings;
    Map<String, Object> properties = new HashMap<>(settings.clientProperties());
    properties.put("request.timeout.ms", REQUEST_TIMEOUT_MILLIS);
    properties.put("default.api.timeout.ms", REQUEST_TIMEOUT_MILLIS);
    properties.put("reconnect.backoff.max.ms", 1_000);
    this.admin = Admin.create(properties);
  }

  /// The part of a partition that the broker still has.
  ///
  /// @param start the first offset that is kept
  /// @param end one past the last
  public record LogBounds(long start, long end) {}

  /// What the broker says of a topic.
  ///
  /// @param topicId changes when a topic is deleted and made anew
  /// @param bounds of the logs of the partitions asked for
  public record TopicState(String topicId, Map<Integer, LogBounds> bounds) {

    /// Copies the bounds.
    public TopicState {
      bounds = Map.copyOf(bounds);
    }
  }

  /// Makes the topics that are missing, and leaves those alone that are there. May be called by
  /// many processes at once.
  ///
  /// @return a sentence for each setting of an existing topic that is not as it should be; fails
  ///     when no broker answers
  public Future<List<String>> provision() {
    return future(admin.listTopics().names())
        .compose(this::createMissing)
        .compose(nothing -> differencesOnceKnown(KNOWN_LOOKS_MAX));
  }

  /// A topic that was just made is not yet known to every broker.
  private Future<List<String>> differencesOnceKnown(int looks) {
    return differences()
        .recover(
            cause ->
                cause instanceof UnknownTopicOrPartitionException && looks > 1
                    ? vertx
                        .timer(KNOWN_WAIT_MILLIS)
                        .compose(nothing -> differencesOnceKnown(looks - 1))
                    : Future.failedFuture(cause));
  }

  private Future<Void> createMissing(Set<String> existing) {
    List<NewTopic> missing = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      String name = settings.nameOf(topic);
      if (!existing.contains(name)) {
        missing.add(
            new NewTopic(name, settings.partitionsOf(topic), (short) settings.replicationFactor())
                .configs(wantedConfig(topic)));
      }
    }
    List<Future<?>> created = new ArrayList<>();
    admin
        .createTopics(missing)
        .values()
        .values()
        .forEach(result -> created.add(future(result).recover(BusAdmin::unlessItExists)));
    return Future.all(created).mapEmpty();
  }

  /// Another process was faster.
  private static Future<Void> unlessItExists(Throwable cause) {
    return cause instanceof TopicExistsException
        ? Future.succeededFuture()
        : Future.failedFuture(cause);
  }

  private Map<String, String> wantedConfig(Topic topic) {
    Map<String, String> config = new LinkedHashMap<>(topic.config());
    config.put("max.message.bytes", Integer.toString(MESSAGE_BYTES_MAX));
    config.put("min.insync.replicas", Integer.toString(settings.inSyncReplicasMin()));
    return config;
  }

  private Future<List<String>> differences() {
    List<String> names = new ArrayList<>();
    List<ConfigResource> resources = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      names.add(settings.nameOf(topic));
      resources.add(new ConfigResource(ConfigResource.Type.TOPIC, settings.nameOf(topic)));
    }
    Future<Map<String, TopicDescription>> topics =
        future(admin.describeTopics(names).allTopicNames());
    Future<Map<ConfigResource, Config>> configs = future(admin.describeConfigs(resources).all());
    return Future.all(topics, configs).map(both -> differences(topics.result(), configs.result()));
  }

  private List<String> differences(
      Map<String, TopicDescription> topics, Map<ConfigResource, Config> configs) {
    List<String> differences = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      String name = settings.nameOf(topic);
      TopicDescription description = topics.get(name);
      if (description != null && description.partitions().size() != settings.partitionsOf(topic)) {
        differences.add(
            "%s has %d partitions, not %d"
                .formatted(name, description.partitions().size(), settings.partitionsOf(topic)));
      }
      Config config = configs.get(new ConfigResource(ConfigResource.Type.TOPIC, name));
      if (config != null) {
        wantedConfig(topic)
            .forEach(
                (key, wanted) -> difference(name, key, wanted, config).ifPresent(differences::add));
      }
    }
    return differences;
  }

  private static Optional<String> difference(
      String topic, String key, String wanted, Config config) {
    ConfigEntry entry = config.get(key);
    String actual = entry == null ? "unset" : entry.value();
    return wanted.equals(actual)
        ? Optional.empty()
        : Optional.of("%s has %s=%s, not %s".formatted(topic, key, actual, wanted));
  }

  /// Asks for a topic's identity and the bounds of some of its partitions' logs.
  public Future<TopicState> describe(Topic topic, Set<Integer> partitions) {
    String name = settings.nameOf(topic);
    Map<TopicPartition, OffsetSpec> starts = new HashMap<>();
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (int partition : partitions) {
      starts.put(new TopicPartition(name, partition), OffsetSpec.earliest());
      ends.put(new TopicPartition(name, partition), OffsetSpec.latest());
    }
    Future<Map<String, TopicDescription>> topics =
        future(admin.describeTopics(List.of(name)).allTopicNames());
    Future<Map<TopicPartition, ListOffsetsResultInfo>> first =
        future(admin.listOffsets(starts).all());
    Future<Map<TopicPartition, ListOffsetsResultInfo>> last = future(admin.listOffsets(ends).all());
    return Future.all(topics, first, last)
        .map(
            all -> {
              Map<Integer, LogBounds> bounds = new HashMap<>();
              first
                  .result()
                  .forEach(
                      (partition, start) ->
                          bounds.put(
                              partition.partition(),
                              new LogBounds(start.offset(), offsetOf(last.result(), partition))));
              return new TopicState(idOf(topics.result(), name), bounds);
            });
  }

  /// How many partitions a topic has on the broker.
  public Future<Integer> partitionsOf(Topic topic) {
    String name = settings.nameOf(topic);
    return future(admin.describeTopics(List.of(name)).allTopicNames())
        .map(topics -> described(topics, name).partitions().size());
  }

  private static String idOf(Map<String, TopicDescription> topics, String name) {
    return described(topics, name).topicId().toString();
  }

  private static TopicDescription described(Map<String, TopicDescription> topics, String name) {
    TopicDescription description = topics.get(name);
    if (description == null) {
      throw new IllegalStateException("the broker does not describe " + name);
    }
    return description;
  }

  private static long offsetOf(
      Map<TopicPartition, ListOffsetsResultInfo> offsets, TopicPartition partition) {
    ListOffsetsResultInfo info = offsets.get(partition);
    if (info == null) {
      throw new IllegalStateException("the broker does not tell the end of " + partition);
    }
    return info.offset();
  }

  /// Closes the client.
  public Future<Void> close() {
    return vertx
        .executeBlocking(
            () -> {
              admin.close(CLOSE_TIMEOUT);
              return true;
            },
            false)
        .mapEmpty();
  }

  private static <T> Future<T> future(KafkaFuture<T> source) {
    Context context = Vertx.currentContext();
    Promise<T> promise = Promise.promise();
    KafkaFuture<T> _ =
        source.whenComplete(
            (value, error) -> {
              Runnable completion =
                  () -> {
                    if (error == null) {
                      promise.complete(value);
                    } else {
                      promise.fail(unwrapped(error));
                    }
                  };
              if (context == null) {
                completion.run();
              } else {
                context.runOnContext(nothing -> completion.run());
              }
            });
    return promise.future();
  }

  private static Throwable unwrapped(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }
}
