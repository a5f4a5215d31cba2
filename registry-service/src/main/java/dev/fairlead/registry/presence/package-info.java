/// Which devices are connected, by the epochs of their sessions, and the generation of the bus.
@NullMarked
package dev.fairlead.registry.presence;

import org.jspecify.annotations.NullMarked;
