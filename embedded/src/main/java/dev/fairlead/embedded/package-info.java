/// One Kafka broker inside this JVM and one PostgreSQL beside it, for the all-in-one process and
/// for integration tests. Both listen on the loopback address only and keep their data below a
/// directory that one process at a time may hold. Everything that touches internals of the Kafka
/// server stays behind [dev.fairlead.embedded.EmbeddedKafka].
@NullMarked
package dev.fairlead.embedded;

import org.jspecify.annotations.NullMarked;
