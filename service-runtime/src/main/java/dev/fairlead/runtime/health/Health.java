package dev.fairlead.runtime.health;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The state of a process and what troubles it. Safe to use from any thread.
///
/// The state says whether new work should be sent here; troubles are shown and never change it, so
/// that no outage behind a process takes the process out of the balancer.
public final class Health {
  private static final Logger log = LoggerFactory.getLogger(Health.class);

  /// Where a process stands; it only ever moves on.
  public enum State {
    /// Not able to answer yet.
    STARTING,
    /// Able to answer, be it with 503.
    READY,
    /// Finishing what it has and taking nothing new.
    DRAINING
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);
  private final Map<String, String> causes = new ConcurrentSkipListMap<>();
  private final List<Health> parts;

  /// The health of a process with one service.
  public Health() {
    this(List.of());
  }

  /// The health of a process of several services: their troubles are its own, its state is not
  /// theirs.
  public Health(List<Health> parts) {
    this.parts = List.copyOf(parts);
  }

  /// Where the process stands.
  public State state() {
    return state.get();
  }

  /// Starting is over. Without effect on a process that is draining.
  public void ready() {
    state.compareAndSet(State.STARTING, State.READY);
  }

  /// The end has begun; there is no way back.
  public void draining() {
    state.set(State.DRAINING);
  }

  /// The part of the process with this name, for it to report on itself.
  public Component component(String name) {
    return new Component(name);
  }

  /// What troubles the process: names of components, each with a short text; empty when all is
  /// well. A snapshot.
  public Map<String, String> causes() {
    Map<String, String> all = new TreeMap<>(causes);
    parts.forEach(part -> all.putAll(part.causes()));
    return Map.copyOf(all);
  }

  /// One part of the process.
  public final class Component {
    private final String name;

    private Component(String name) {
      this.name = name;
    }

    /// All is well.
    public void up() {
      Optional.ofNullable(causes.remove(name))
          .ifPresent(_ -> log.atInfo().addKeyValue("component", name).log("component recovered"));
    }

    /// Something is wrong; the text says what, and shows nothing secret.
    public void down(String cause) {
      if (!cause.equals(causes.put(name, cause))) {
        log.atWarn()
            .addKeyValue("component", name)
            .addKeyValue("cause", cause)
            .log("component in trouble");
      }
    }
  }
}
