package dev.fairlead.runtime.metrics;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;

/// Makes the registry of a process.
public final class Metrics {
  private Metrics() {}

  /// A registry whose meters all carry the tag `service`, with the meters of the JVM and of the
  /// process in it. Closing it is up to the caller.
  public static PrometheusMeterRegistry create(String serviceName) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.config().commonTags(List.of(Tag.of("service", serviceName)));
    bind(new JvmMemoryMetrics(), registry);
    bind(new JvmThreadMetrics(), registry);
    bind(new ClassLoaderMetrics(), registry);
    bind(new ProcessorMetrics(), registry);
    bind(new FileDescriptorMetrics(), registry);
    bind(new UptimeMetrics(), registry);
    bindGarbageCollector(registry);
    return registry;
  }

  private static void bind(MeterBinder binder, PrometheusMeterRegistry registry) {
    binder.bindTo(registry);
  }

  @SuppressWarnings("resource") // listens to the collector as long as the process lives
  private static void bindGarbageCollector(PrometheusMeterRegistry registry) {
    new JvmGcMetrics().bindTo(registry);
  }
}
