package dev.fairlead.registry.audit;

import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.AuditEntry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/// Entries and chains as rows.
final class PgAuditRows {

  static final String COLUMNS =
      "sequence, id, tenant, at, actor, role, action, target, address, outcome, service, hash";

  private PgAuditRows() {}

  static AuditEntry entry(Row row) {
    return new AuditEntry(
        row.getUUID("id"),
        PgColumns.time(row, "at").orElseThrow(),
        row.getString("tenant"),
        row.getString("actor"),
        row.getString("role"),
        row.getString("action"),
        row.getString("target"),
        row.getString("address"),
        row.getString("outcome"),
        row.getString("service"));
  }

  static Tuple parameters(long sequence, AuditEntry entry, byte[] hash) {
    return Tuple.from(
        new Object[] {
          sequence,
          entry.id(),
          entry.tenant(),
          PgColumns.parameter(entry.at()),
          entry.actor(),
          entry.role(),
          entry.action(),
          entry.target(),
          entry.address(),
          entry.outcome(),
          entry.service(),
          Buffer.buffer(hash)
        });
  }

  static AuditChain chain(Row row) {
    return new AuditChain(
        row.getString("tenant"),
        row.getLong("first_sequence"),
        row.getBuffer("first_previous").getBytes(),
        row.getLong("next_sequence"),
        row.getBuffer("last_hash").getBytes());
  }

  /// The chain of a tenant, begun where there is none, and locked.
  static Future<AuditChain> lock(SqlConnection transaction, AuditKey key, String tenant) {
    AuditChain empty = AuditChain.empty(tenant);
    return transaction
        .preparedQuery(
            """
            insert into audit_chain
              (tenant, first_sequence, first_previous, next_sequence, last_hash, seal)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (tenant) do update set tenant = excluded.tenant
            returning tenant, first_sequence, first_previous, next_sequence, last_hash
            """)
        .execute(parameters(key, empty))
        .map(rows -> chain(rows.iterator().next()));
  }

  static Future<Void> write(SqlConnection transaction, AuditKey key, AuditChain chain) {
    return transaction
        .preparedQuery(
            """
            update audit_chain
            set first_sequence = $2, first_previous = $3, next_sequence = $4, last_hash = $5,
              seal = $6
            where tenant = $1
            """)
        .execute(parameters(key, chain))
        .mapEmpty();
  }

  private static Tuple parameters(AuditKey key, AuditChain chain) {
    return Tuple.of(
        chain.tenant(),
        chain.firstSequence(),
        Buffer.buffer(chain.firstPrevious()),
        chain.nextSequence(),
        Buffer.buffer(chain.lastHash()),
        Buffer.buffer(key.seal(chain)));
  }
}
