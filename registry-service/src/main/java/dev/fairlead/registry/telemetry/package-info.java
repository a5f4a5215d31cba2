/// The latest measurement of each kind from each device.
@NullMarked
package dev.fairlead.registry.telemetry;

import org.jspecify.annotations.NullMarked;
