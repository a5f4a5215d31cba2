package dev.fairlead.bus;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.consumer.BatchHandler;
import dev.fairlead.bus.consumer.GroupConsumer;
import dev.fairlead.bus.consumer.Offsets;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.consumer.TracedBatches;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A service's way to the bus: made once, it sees to the topics and hands out producers, consumers
/// and tails. Whoever asks for one of these closes it.
public final class Bus {

  private static final Logger log = LoggerFactory.getLogger(Bus.class);

  private static final String COMPONENT = "bus";
  private static final Duration RETRY_FIRST = Duration.ofMillis(200);
  private static final Duration RETRY_LONGEST = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final BusSettings settings;
  private final BusAdmin admin;
  private final MeterRegistry meters;
  private final Health health;
  private final Tracing tracing;
  private final Promise<Void> started = Promise.promise();
  private volatile boolean closed;

  /// Makes the way; nothing is sent yet.
  public Bus(Vertx vertx, BusSettings settings, MeterRegistry meters, Health health) {
    this(vertx, settings, meters, health, Tracing.OFF);
  }

  /// Makes the way, on which what members of groups take is traced.
  public Bus(
      Vertx vertx, BusSettings settings, MeterRegistry meters, Health health, Tracing tracing) {
    this.vertx = vertx;
    this.settings = settings;
    this.admin = new BusAdmin(vertx, settings);
    this.meters = meters;
    this.health = health;
    this.tracing = tracing;
  }

  /// Sees to it that all topics are there, trying until a broker answers. Topics with other
  /// settings than ours are left alone and reported: in the log, and as a cause in the health
  /// document. Called once.
  ///
  /// @return fails only when the bus is closed before
  public Future<Void> start() {
    provision(new Backoff(RETRY_FIRST, RETRY_LONGEST));
    return started.future();
  }

  private void provision(Backoff backoff) {
    if (closed) {
      return;
    }
    admin
        .provision()
        .onSuccess(
            differences -> {
              report(differences);
              started.tryComplete();
            })
        .onFailure(
            cause -> {
              if (!closed) {
                health.component(COMPONENT).down("no broker answers");
                log.atWarn().setCause(cause).log("topics not made, will be tried again");
                vertx.setTimer(backoff.nextMillis(), id -> provision(backoff));
              }
            });
  }

  private void report(List<String> differences) {
    if (differences.isEmpty()) {
      health.component(COMPONENT).up();
      return;
    }
    differences.forEach(
        difference ->
            log.atWarn().addKeyValue("difference", difference).log("topic not set as wanted"));
    health.component(COMPONENT).down(String.join("; ", differences));
  }

  /// Makes a producer; see [BusProducer#create].
  public Future<BusProducer> producer(
      ProducerProfile profile, long budgetBytes, Set<Topic> topics) {
    return BusProducer.create(vertx, settings, profile, budgetBytes, topics, meters);
  }

  /// Makes a member of a group that handles what comes as it comes; see [GroupConsumer].
  public GroupConsumer groupConsumer(
      String group, Topic topic, Offsets offsets, BatchHandler handler) {
    return groupConsumer(group, topic, offsets, handler, Duration.ZERO);
  }

  /// Makes a member of a group that rests between batches; see [GroupConsumer].
  public GroupConsumer groupConsumer(
      String group, Topic topic, Offsets offsets, BatchHandler handler, Duration rest) {
    BatchHandler traced = tracing.isOn() ? new TracedBatches(tracing, handler) : handler;
    return new GroupConsumer(vertx, settings, admin, group, topic, offsets, traced, rest, meters);
  }

  /// Makes a tail of some partitions; see [TopicTail].
  public TopicTail tail(
      Topic topic,
      Set<Integer> partitions,
      TopicTail.Start start,
      Consumer<ReceivedRecord> handler,
      Runnable gapHandler) {
    return new TopicTail(vertx, settings, topic, partitions, start, handler, gapHandler, meters);
  }

  /// Makes a tail that keeps `view` at what [Topic#ACCESS] says.
  public TopicTail accessTail(AccessView view) {
    return tail(
        Topic.ACCESS,
        Set.of(0),
        new TopicTail.Start.Beginning(),
        view::accept,
        () -> log.atError().log("records of access were deleted before they were read"));
  }

  /// The partitions that a topic has on the broker.
  public Future<Set<Integer>> partitionsOf(Topic topic) {
    return admin
        .partitionsOf(topic)
        .map(count -> IntStream.range(0, count).boxed().collect(Collectors.toSet()));
  }

  /// What the broker says of a topic, for those who wait until they have read it to its end.
  public BusAdmin admin() {
    return admin;
  }

  /// Closes what this class made for itself; not what it handed out. A start that is under way
  /// ends.
  public Future<Void> close() {
    closed = true;
    started.tryFail("the bus was closed");
    return admin.close();
  }
}
