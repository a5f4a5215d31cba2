package dev.fairlead.bus.feed;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/// Lets few at a time do something, so that many who follow a feed leave connections to everybody
/// else. Who comes first goes first; as many wait as there are followers. Safe for all threads.
final class Gate {

  private final Deque<Promise<Void>> queue = new ArrayDeque<>();
  private int free;

  /// @param width how many go through at once
  Gate(int width) {
    free = width;
  }

  <T> Future<T> through(Supplier<Future<T>> work) {
    return enter().compose(_ -> work.get().onComplete(_ -> leave()));
  }

  private Future<Void> enter() {
    synchronized (queue) {
      if (free > 0) {
        free--;
        return Future.succeededFuture();
      }
      Promise<Void> turn = Promise.promise();
      queue.add(turn);
      return turn.future();
    }
  }

  private void leave() {
    Promise<Void> next;
    synchronized (queue) {
      next = queue.poll();
      if (next == null) {
        free++;
        return;
      }
    }
    next.complete();
  }
}
