/// Reading from the bus: consumers that share a topic's partitions in a group, tails that follow a
/// whole topic or one inbox, and the way of what cannot be understood to the dead letters.
@NullMarked
package dev.fairlead.bus.consumer;

import org.jspecify.annotations.NullMarked;
