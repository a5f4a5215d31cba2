package dev.fairlead.runtime.process;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;

/// Makes a service of its configuration.
///
/// @param <C> the configuration
@FunctionalInterface
public interface ServiceFactory<C> {
  /// The service, not started yet.
  Service create(Vertx vertx, C configuration, MeterRegistry meters);
}
