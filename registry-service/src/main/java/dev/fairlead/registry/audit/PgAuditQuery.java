package dev.fairlead.registry.audit;

import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/// Reads the audit of a tenant.
final class PgAuditQuery {

  private static final String MATCHING =
      """
       from audit
      where tenant = $1
        and ($2::text is null or actor = $2)
        and ($3::text is null or action = $3)
        and ($4::text is null or starts_with(target, $4))
        and ($5::text is null or outcome = $5)
        and ($6::timestamptz is null or at >= $6)
        and ($7::timestamptz is null or at < $7)
      """;

  private final Pool pool;

  PgAuditQuery(Pool pool) {
    this.pool = pool;
  }

  /// The newest first.
  ///
  /// @param before only those with a lower number
  Future<List<AuditDocument>> newest(String tenant, AuditFilter filter, long before, int limit) {
    return pool.preparedQuery(
            "select "
                + PgAuditRows.COLUMNS
                + MATCHING
                + " and sequence < $8 order by sequence desc limit $9")
        .execute(parameters(tenant, filter).addLong(before).addInteger(limit))
        .map(PgAuditQuery::documents);
  }

  /// The oldest first.
  ///
  /// @param after only those with a higher number
  Future<List<AuditDocument>> oldest(String tenant, AuditFilter filter, long after, int limit) {
    return pool.preparedQuery(
            "select "
                + PgAuditRows.COLUMNS
                + MATCHING
                + " and sequence > $8 order by sequence limit $9")
        .execute(parameters(tenant, filter).addLong(after).addInteger(limit))
        .map(PgAuditQuery::documents);
  }

  private static Tuple parameters(String tenant, AuditFilter filter) {
    return Tuple.tuple()
        .addString(tenant)
        .addString(filter.actor().orElse(null))
        .addString(filter.action().orElse(null))
        .addString(filter.target().orElse(null))
        .addString(filter.outcome().orElse(null))
        .addOffsetDateTime(filter.from().map(PgColumns::parameter).orElse(null))
        .addOffsetDateTime(filter.to().map(PgColumns::parameter).orElse(null));
  }

  private static List<AuditDocument> documents(RowSet<Row> rows) {
    List<AuditDocument> documents = new ArrayList<>(rows.size());
    rows.forEach(
        row ->
            documents.add(
                AuditDocument.of(
                    row.getLong("sequence"),
                    PgAuditRows.entry(row),
                    row.getBuffer("hash").getBytes())));
    return documents;
  }
}
