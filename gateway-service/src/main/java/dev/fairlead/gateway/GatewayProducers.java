package dev.fairlead.gateway;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.ProducerProfile;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;

/// The producers of a gateway, apart so that none waits behind another: beats and sessions never
/// behind replies, replies never behind telemetry.
///
/// @param control sessions, beats, mail to other gateways, dead letters
/// @param replies answers to commands
/// @param bulk telemetry and events
record GatewayProducers(BusProducer control, BusProducer replies, BusProducer bulk) {

  /// The ends of 40,000 sessions, as many as are remembered at once, leave room for a beat.
  private static final long CONTROL_BYTES_MAX = 40L * 1024 * 1024;
  private static final long REPLIES_SHARE = 4;

  static Future<GatewayProducers> create(Bus bus, long pendingBytesMax) {
    long repliesBytesMax = pendingBytesMax / REPLIES_SHARE;
    Future<BusProducer> control =
        bus.producer(
            ProducerProfile.PROMPT,
            CONTROL_BYTES_MAX,
            Set.of(Topic.SESSIONS, Topic.GATEWAYS, Topic.INBOX, Topic.DEAD_LETTERS));
    Future<BusProducer> replies =
        bus.producer(ProducerProfile.PROMPT_PAIRS, repliesBytesMax, Set.of(Topic.REPLIES));
    Future<BusProducer> bulk =
        bus.producer(
            ProducerProfile.BULK,
            pendingBytesMax - repliesBytesMax,
            Set.of(Topic.TELEMETRY, Topic.EVENTS));
    return Future.join(control, replies, bulk)
        .map(all -> new GatewayProducers(control.result(), replies.result(), bulk.result()))
        .recover(
            cause ->
                closed(List.of(control, replies, bulk)).compose(any -> Future.failedFuture(cause)));
  }

  private static Future<Void> closed(List<Future<BusProducer>> made) {
    return Future.join(
            made.stream().filter(Future::succeeded).map(one -> one.result().close()).toList())
        .mapEmpty();
  }

  Future<Void> close() {
    return Future.join(control.close(), replies.close(), bulk.close()).mapEmpty();
  }
}
