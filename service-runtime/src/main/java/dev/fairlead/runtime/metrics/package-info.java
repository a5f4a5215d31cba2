/// The meters of a process: one Prometheus registry with those of the JVM and of the process
/// itself.
@NullMarked
package dev.fairlead.runtime.metrics;

import org.jspecify.annotations.NullMarked;
