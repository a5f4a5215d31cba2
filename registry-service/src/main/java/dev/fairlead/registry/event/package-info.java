/// Events of devices: takes them apart and gives each to the feature that it concerns.
@NullMarked
package dev.fairlead.registry.event;

import org.jspecify.annotations.NullMarked;
