package dev.fairlead.bus.consumer;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.UnsendableRecordException;
import dev.fairlead.runtime.tracing.TraceContext;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where records go that a consumer cannot understand: to `fairlead.dead-letters`, as they were,
/// with the place they came from and the reason in further headers. The record is handled once it
/// lies there.
public final class DeadLetters {

  /// The header with the name of the consumer.
  public static final String CONSUMER = "dead-consumer";

  /// The header with the topic that the record was read from, without prefix.
  public static final String TOPIC = "dead-topic";

  /// The header with the partition that the record was read from.
  public static final String PARTITION = "dead-partition";

  /// The header with the offset that the record was read at.
  public static final String OFFSET = "dead-offset";

  /// The header that says that the record itself was too large to be put away: its body and its own
  /// headers are missing.
  public static final String CUT = "dead-cut";

  private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);
  private static final int REASON_LENGTH_MAX = 500;
  private static final byte[] NOTHING = new byte[0];

  /// Whose keys are devices, and whose correlations are commands.
  private static final Set<Topic> OF_COMMANDS = Set.of(Topic.INBOX, Topic.REPLIES);

  private final BusProducer producer;
  private final MeterRegistry meters;

  /// @param producer made for [Topic#DEAD_LETTERS] among others
  public DeadLetters(BusProducer producer, MeterRegistry meters) {
    this.producer = producer;
    this.meters = meters;
  }

  /// Puts a record away.
  ///
  /// @param consumer who could not understand it
  /// @param reason why, in a few words
  /// @return completes when the bus has it
  public Future<Void> put(ReceivedRecord record, String consumer, String reason) {
    meters
        .counter("bus.dead.letters", "topic", record.topic().suffix(), "consumer", consumer)
        .increment();
    log.atWarn()
        .addKeyValue("consumer", consumer)
        .addKeyValue("topic", record.topic().suffix())
        .addKeyValue("partition", record.partition())
        .addKeyValue("offset", record.offset())
        .addKeyValue(
            OF_COMMANDS.contains(record.topic()) ? "deviceId" : "key", shortened(record.key()))
        .addKeyValue(
            OF_COMMANDS.contains(record.topic()) ? "commandId" : "correlation",
            shortened(record.header(Headers.CORRELATION).orElse("")))
        .addKeyValue("traceId", record.trace().map(TraceContext::traceId).orElse(""))
        .addKeyValue("reason", shortened(reason))
        .log("record not understood, put with the dead letters");
    Map<String, String> headers = new HashMap<>(record.headers());
    headers.put(CONSUMER, consumer);
    headers.put(TOPIC, record.topic().suffix());
    headers.put(PARTITION, Integer.toString(record.partition()));
    headers.put(OFFSET, Long.toString(record.offset()));
    headers.put(Headers.REASON, shortened(reason));
    byte[] value = record.value() == null ? NOTHING : record.value();
    return producer
        .send(BusRecord.keyed(Topic.DEAD_LETTERS, record.key(), headers, value))
        .recover(
            cause ->
                cause instanceof UnsendableRecordException
                    ? producer.send(withoutBody(record, headers))
                    : Future.failedFuture(cause))
        .mapEmpty();
  }

  /// A record that fits only just, or only compressed, grows too large by what is added. Its
  /// partition must not wait for it for ever.
  private static BusRecord withoutBody(ReceivedRecord record, Map<String, String> headers) {
    Map<String, String> small = new HashMap<>();
    Stream.of(CONSUMER, TOPIC, PARTITION, OFFSET, Headers.REASON)
        .forEach(name -> small.put(name, headers.getOrDefault(name, "")));
    small.put(CUT, "true");
    return BusRecord.keyed(Topic.DEAD_LETTERS, shortened(record.key()), small, NOTHING);
  }

  private static String shortened(String reason) {
    return reason.length() <= REASON_LENGTH_MAX ? reason : reason.substring(0, REASON_LENGTH_MAX);
  }
}
