/// Whether the process is alive and ready, what troubles it, and the management port that shows
/// both beside the metrics.
@NullMarked
package dev.fairlead.runtime.health;

import org.jspecify.annotations.NullMarked;
