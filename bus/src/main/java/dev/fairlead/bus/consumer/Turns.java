package dev.fairlead.bus.consumer;

import java.util.ArrayDeque;
import java.util.Queue;

/// Lets a few at a time work, in the order in which they came. Confined to one Vert.x context.
final class Turns {

  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int free;

  /// @param most that work at a time
  Turns(int most) {
    this.free = most;
  }

  /// Begins the work when it is its turn. Whoever ends calls [#end()].
  void begin(Runnable work) {
    if (free == 0) {
      waiting.add(work);
    } else {
      free--;
      work.run();
    }
  }

  /// The next one's turn.
  void end() {
    Runnable next = waiting.poll();
    if (next == null) {
      free++;
    } else {
      next.run();
    }
  }
}
