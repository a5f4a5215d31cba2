package dev.fairlead.endtoend.chaos;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// What devices did, as an observer beside them sees it: it survives their crashes and owes nothing
/// to their journals.
final class ExecutionLog {

  private final AtomicLong clock = new AtomicLong();
  private final Map<Integer, List<Run>> runs = new ConcurrentHashMap<>();

  /// One run of a command. The places in time are of the whole log.
  static final class Run {
    private final String device;
    private final long begin;
    private volatile long end = Long.MAX_VALUE;

    private Run(String device, long begin) {
      this.device = device;
      this.begin = begin;
    }

    String device() {
      return device;
    }

    long begin() {
      return begin;
    }

    /// When it ended; the largest number for one that was cut short.
    long end() {
      return end;
    }

    boolean isFinished() {
      return end != Long.MAX_VALUE;
    }
  }

  Run begin(String device, int number) {
    Run run = new Run(device, clock.incrementAndGet());
    runs.computeIfAbsent(number, _ -> new CopyOnWriteArrayList<>()).add(run);
    return run;
  }

  void end(Run run) {
    run.end = clock.incrementAndGet();
  }

  /// The runs of a command; one at the most, if all is well.
  List<Run> of(int number) {
    return runs.getOrDefault(number, List.of());
  }
}
