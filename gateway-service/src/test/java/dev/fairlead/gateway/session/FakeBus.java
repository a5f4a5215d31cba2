package dev.fairlead.gateway.session;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.producer.BusFullException;
import dev.fairlead.bus.producer.Position;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// A bus in memory that acknowledges when it is told to.
public final class FakeBus implements BusWriter {

  private final List<BusRecord> records = new ArrayList<>();
  private final ArrayDeque<Promise<Position>> waiting = new ArrayDeque<>();
  private boolean full;
  private long offset;

  @Override
  public Future<Position> send(BusRecord record) {
    if (full) {
      return Future.failedFuture(new BusFullException());
    }
    records.add(record);
    Promise<Position> promise = Promise.promise();
    waiting.add(promise);
    return promise.future();
  }

  /// Refuses everything from now on, or nothing.
  public void full(boolean isFull) {
    full = isFull;
  }

  /// Acknowledges all that waits.
  public void acknowledge() {
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      next.complete(new Position(0, offset++));
    }
  }

  /// Fails all that waits.
  public void fail() {
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      next.fail("refused by the broker");
    }
  }

  public List<BusRecord> records() {
    return List.copyOf(records);
  }

  /// The types of the records so far.
  public List<String> types() {
    return records.stream().map(record -> record.headers().get(Headers.TYPE)).toList();
  }
}
