package dev.fairlead.endtoend.chaos;

import dev.fairlead.endtoend.chaos.Part.Harm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// When which part is harmed and how, drawn from a seed before anything begins. Parts are harmed
/// independently of one another, a part never twice at once.
public final class Faults implements AutoCloseable {

  private static final Duration TEND_INTERVAL = Duration.ofMillis(500);

  private final List<Fault> faults;
  private final Map<Part, Lane> lanes = new HashMap<>();

  /// The one thread that touches a part.
  private static final class Lane implements AutoCloseable {
    private final Part part;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private boolean harmed;

    private Lane(Part part) {
      this.part = part;
    }

    void tend() {
      ScheduledFuture<?> _ =
          thread.scheduleWithFixedDelay(
              () -> {
                if (!harmed) {
                  part.tend().run();
                }
              },
              TEND_INTERVAL.toMillis(),
              TEND_INTERVAL.toMillis(),
              TimeUnit.MILLISECONDS);
    }

    ScheduledFuture<?> harm(Fault fault) {
      return in(
          fault.at(),
          () -> {
            harmed = true;
            fault.harm().begin().run();
          });
    }

    ScheduledFuture<?> heal(Fault fault) {
      return in(
          fault.end(),
          () -> {
            fault.harm().end().run();
            harmed = false;
          });
    }

    private ScheduledFuture<?> in(Duration time, Runnable step) {
      return thread.schedule(step, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }

  /// @param at since the beginning
  /// @param end when it is healed, since the beginning
  record Fault(Duration at, Duration end, Part part, Harm harm) {
    @Override
    public String toString() {
      return "%6.1f s to %6.1f s: %s %s"
          .formatted(at.toMillis() / 1000.0, end.toMillis() / 1000.0, part.name(), harm.name());
    }
  }

  /// Draws the faults.
  ///
  /// @param length within which all of them begin and end
  /// @param gapMax the longest time from the beginning of one to that of the next
  public Faults(Random random, List<Part> parts, Duration length, Duration gapMax) {
    this.faults = draw(random, parts, length, gapMax);
    parts.forEach(part -> lanes.put(part, new Lane(part)));
  }

  private static List<Fault> draw(
      Random random, List<Part> parts, Duration length, Duration gapMax) {
    List<Fault> drawn = new ArrayList<>();
    Map<Part, Duration> freeAt = new HashMap<>();
    List<Part> urn = new ArrayList<>();
    parts.forEach(part -> urn.addAll(Collections.nCopies(part.weight(), part)));
    Duration at = Duration.ZERO;
    while (true) {
      at = at.plusMillis(random.nextLong(gapMax.toMillis()));
      Part part = urn.get(random.nextInt(urn.size()));
      Harm harm = part.harms().get(random.nextInt(part.harms().size()));
      Duration end = at.plusMillis(random.nextLong(harm.longest().toMillis() + 1));
      if (at.compareTo(length) >= 0) {
        return drawn;
      }
      if (end.compareTo(length) < 0
          && freeAt.getOrDefault(part, Duration.ZERO).compareTo(at) <= 0) {
        freeAt.put(part, end.plus(part.rest()));
        drawn.add(new Fault(at, end, part, harm));
      }
    }
  }

  /// Lets all of it happen; blocks until everything is healed. Parts are tended until the end.
  public void run() throws InterruptedException, ExecutionException {
    lanes.values().forEach(Lane::tend);
    List<ScheduledFuture<?>> steps = new ArrayList<>();
    for (Fault fault : faults) {
      Lane lane = Objects.requireNonNull(lanes.get(fault.part()));
      steps.add(lane.harm(fault));
      steps.add(lane.heal(fault));
    }
    for (ScheduledFuture<?> step : steps) {
      Object _ = step.get();
    }
  }

  /// What happens when, a line each.
  public List<String> plan() {
    return faults.stream().map(Fault::toString).toList();
  }

  /// How often each part is harmed in which way.
  public Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    faults.forEach(
        fault -> counts.merge(fault.part().name() + " " + fault.harm().name(), 1, Integer::sum));
    return counts;
  }

  @Override
  public void close() {
    lanes.values().forEach(Lane::close);
  }
}
