package dev.fairlead.registry.audit;

import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.AuditEntry;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;

/// Entries as rows.
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

  /// Has a walk pass the entry of a row.
  ///
  /// @return what is wrong with it, if anything
  static Optional<String> step(AuditWalk walk, Row row) {
    return walk.step(row.getLong("sequence"), entry(row), row.getBuffer("hash").getBytes());
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
}
