package dev.fairlead.bus.postgres;

import dev.fairlead.bus.message.AuditMessage;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.audit.AuditEntry;
import dev.fairlead.runtime.audit.AuditLog;
import dev.fairlead.runtime.tracing.TraceContext;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.Optional;

/// The audit by way of the outbox: an entry is safe as soon as its transaction is committed, also
/// while the bus is away. A store appends the entry of an act to the very transaction that does it.
public final class PgAudit implements AuditLog {

  private final Pool pool;
  private final PgOutbox outbox;

  /// @param outbox of the same database
  public PgAudit(Pool pool, PgOutbox outbox) {
    this.pool = pool;
    this.outbox = outbox;
  }

  /// Writes an act down as done, in the transaction that does it.
  ///
  /// @return the row's id in the outbox
  public static Future<Long> append(SqlConnection transaction, Act act) {
    return append(transaction, act.succeeded(), act.trace());
  }

  /// Writes an act down as done, on something that it has just made.
  ///
  /// @param made the path of what was made
  public static Future<Long> append(SqlConnection transaction, Act act, String made) {
    return append(transaction, act.succeeded(made), act.trace());
  }

  /// Writes an entry down, in the transaction that does what it says.
  ///
  /// @return the row's id in the outbox
  public static Future<Long> append(SqlConnection transaction, AuditEntry entry) {
    return append(transaction, entry, Optional.empty());
  }

  private static Future<Long> append(
      SqlConnection transaction, AuditEntry entry, Optional<TraceContext> trace) {
    return PgOutbox.append(transaction, AuditMessage.of(entry).toRecord().tracedBy(trace));
  }

  @Override
  public Future<Void> append(AuditEntry entry) {
    return pool.withTransaction(transaction -> append(transaction, entry))
        .onSuccess(id -> outbox.poke())
        .mapEmpty();
  }
}
