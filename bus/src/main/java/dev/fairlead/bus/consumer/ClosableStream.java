package dev.fairlead.bus.consumer;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.common.KafkaClientOptions;
import io.vertx.kafka.client.consumer.KafkaReadStream;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/// A Kafka consumer on its thread, as Vert.x runs it. There, a call after or during the close opens
/// the stream again and leaves it half dead; here it fails, and a second close is the first one.
///
/// Confined to one Vert.x context.
final class ClosableStream {

  private final KafkaReadStream<byte[], byte[]> stream;
  private @Nullable Future<Void> closing;

  ClosableStream(Vertx vertx, Consumer<byte[], byte[]> consumer) {
    stream = KafkaReadStream.create(vertx, consumer, new KafkaClientOptions());
  }

  /// Does something with the open stream.
  ///
  /// @return fails when the stream was closed
  <T> Future<T> call(Function<KafkaReadStream<byte[], byte[]>, Future<T>> work) {
    return isClosed() ? Future.failedFuture("the consumer was closed") : work.apply(stream);
  }

  boolean isClosed() {
    return closing != null;
  }

  /// Closes the stream; a poll that is under way may never be answered.
  Future<Void> close() {
    Future<Void> done = closing;
    if (done == null) {
      done = stream.close();
      closing = done;
    }
    return done;
  }
}
