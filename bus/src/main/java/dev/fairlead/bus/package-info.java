/// The bus between the services: which topics there are, how they are made, what a record on them
/// looks like, and the [Bus] from which a service gets its producers and consumers. Nothing outside
/// this module touches Kafka.
@NullMarked
package dev.fairlead.bus;

import org.jspecify.annotations.NullMarked;
