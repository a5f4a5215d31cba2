/// Real Kafka and PostgreSQL for integration tests: shared ones that start once in a JVM, and
/// private ones that a test may freeze and kill.
@NullMarked
package dev.fairlead.embedded.testing;

import org.jspecify.annotations.NullMarked;
