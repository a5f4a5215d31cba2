package dev.fairlead.runtime.process;

import dev.fairlead.runtime.health.Health;
import io.vertx.core.Future;

/// A service as its process, a test or a launcher sees it. Started once and stopped once.
public interface Service {
  /// Starts everything in the order of dependence. Completes when the service can answer; fails
  /// with the first thing that did not start, and then [#stop] still has to be called to release
  /// what did.
  Future<Void> start();

  /// Finishes what is under way, within a bound of its own, and releases everything in reverse
  /// order. Can be called in any state.
  Future<Void> stop();

  /// The health that this service reports on. Whoever runs the service calls [Health#ready] after
  /// the start and [Health#draining] before the stop.
  Health health();
}
