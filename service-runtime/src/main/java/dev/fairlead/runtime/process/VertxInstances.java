package dev.fairlead.runtime.process;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// Makes the Vert.x instance of a process.
public final class VertxInstances {
  private static final long BLOCKED_CHECK_SECONDS = 1;

  private VertxInstances() {}

  /// An instance with native transport where the platform has it. A loop that is blocked is warned
  /// of after two seconds, as Vert.x has it. Pools are metered; connections are not, because a
  /// meter of each would cost more than the connection itself.
  public static Vertx create(MeterRegistry meters) {
    MicrometerMetricsOptions metrics =
        new MicrometerMetricsOptions()
            .setEnabled(true)
            // Registries are kept by name for the whole JVM; one name for two instances would mix
            // them.
            .setRegistryName("fairlead-" + UUID.randomUUID());
    EnumSet.allOf(MetricsDomain.class).stream()
        .filter(domain -> domain != MetricsDomain.NAMED_POOLS)
        .forEach(metrics::addDisabledMetricsCategory);
    VertxOptions options =
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS)
            .setBlockedThreadCheckInterval(BLOCKED_CHECK_SECONDS)
            .setMetricsOptions(metrics);
    return Vertx.builder().with(options).withMetrics(new MicrometerMetricsFactory(meters)).build();
  }
}
