/// The bus beside a PostgreSQL: offsets kept in the transaction that used them, and the outbox.
@NullMarked
package dev.fairlead.bus.postgres;

import org.jspecify.annotations.NullMarked;
