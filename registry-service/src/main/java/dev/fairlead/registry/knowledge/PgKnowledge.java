package dev.fairlead.registry.knowledge;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgRoom;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The table of what is known. Alerts are joined with it when they are read, so that an entry helps
/// with those as well that were raised before it was written.
final class PgKnowledge {

  /// How many entries a tenant may have.
  private static final PgRoom ROOM = new PgRoom("knowledge", 10_000, "entries of knowledge");

  private static final String COLUMNS =
      "select code, type, title, explanation, suggestion, updated_at, updated_by from knowledge ";

  private final Pool pool;

  PgKnowledge(Pool pool) {
    this.pool = pool;
  }

  /// The place of an entry.
  ///
  /// @param type empty for all types
  record Key(TenantId tenant, String code, String type) {}

  /// Entries of a tenant in the order of their codes and types.
  Future<List<KnowledgeDocument>> list(TenantId tenant, Optional<Key> after, int limit) {
    return pool.preparedQuery(
            COLUMNS
                + """
                where tenant = $1 and (code, type) > ($2, $3)
                order by code, type
                limit $4
                """)
        .execute(
            Tuple.of(
                tenant.value(),
                after.map(Key::code).orElse(""),
                after.map(Key::type).orElse(""),
                limit))
        .map(
            rows -> {
              List<KnowledgeDocument> entries = new ArrayList<>(rows.size());
              rows.forEach(row -> entries.add(document(row)));
              return entries;
            });
  }

  /// An entry.
  ///
  /// @return fails with the problem `knowledge-not-found`
  Future<KnowledgeDocument> get(Key key) {
    return pool.preparedQuery(COLUMNS + "where tenant = $1 and code = $2 and type = $3")
        .execute(tuple(key))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture(document(rows.iterator().next()))
                    : notFound(key));
  }

  /// Writes an entry, in the place of the one that is there.
  ///
  /// @return fails with the problems `quota-exceeded` and `tenant-not-found`
  Future<KnowledgeDocument> put(Key key, KnowledgeDocument entry, Act act) {
    return PgTenants.required(
        key.tenant(),
        pool.withTransaction(
                transaction ->
                    update(transaction, key, entry)
                        .compose(
                            found ->
                                found
                                    ? Future.succeededFuture()
                                    : ROOM.check(transaction, key.tenant())
                                        .compose(room -> insert(transaction, key, entry)))
                        .compose(nothing -> PgAudit.append(transaction, act))
                        .map(entry))
            .map(Objects::requireNonNull));
  }

  private static Future<Boolean> update(
      SqlConnection transaction, Key key, KnowledgeDocument entry) {
    return transaction
        .preparedQuery(
            """
            update knowledge
            set title = $4, explanation = $5, suggestion = $6, updated_at = $7, updated_by = $8
            where tenant = $1 and code = $2 and type = $3
            """)
        .execute(tuple(key, entry))
        .map(rows -> rows.rowCount() == 1);
  }

  private static Future<Void> insert(SqlConnection transaction, Key key, KnowledgeDocument entry) {
    return transaction
        .preparedQuery(
            """
            insert into knowledge
              (tenant, code, type, title, explanation, suggestion, updated_at, updated_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (tenant, code, type) do update
            set title = excluded.title, explanation = excluded.explanation,
              suggestion = excluded.suggestion, updated_at = excluded.updated_at,
              updated_by = excluded.updated_by
            """)
        .execute(tuple(key, entry))
        .mapEmpty();
  }

  /// Deletes an entry.
  ///
  /// @return fails with the problem `knowledge-not-found`
  Future<Void> delete(Key key, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        "delete from knowledge where tenant = $1 and code = $2 and type = $3")
                    .execute(tuple(key))
                    .compose(
                        rows ->
                            rows.rowCount() == 1
                                ? PgAudit.append(transaction, act)
                                : notFound(key)))
        .mapEmpty();
  }

  private static <T> Future<T> notFound(Key key) {
    return Future.failedFuture(
        new ProblemException(
            ProblemType.KNOWLEDGE_NOT_FOUND,
            key.type().isEmpty()
                ? "Nothing is known about '" + key.code() + "'."
                : "Nothing is known about '%s' of the type '%s'."
                    .formatted(key.code(), key.type())));
  }

  private static Tuple tuple(Key key) {
    return Tuple.of(key.tenant().value(), key.code(), key.type());
  }

  private static Tuple tuple(Key key, KnowledgeDocument entry) {
    return tuple(key)
        .addString(entry.title().orElse(null))
        .addString(entry.explanation())
        .addString(entry.suggestion())
        .addOffsetDateTime(PgColumns.parameter(entry.updatedAt()))
        .addString(entry.updatedBy());
  }

  private static KnowledgeDocument document(Row row) {
    return new KnowledgeDocument(
        row.getString("code"),
        PgColumns.text(row, "type").filter(type -> !type.isEmpty()),
        PgColumns.text(row, "title"),
        row.getString("explanation"),
        row.getString("suggestion"),
        row.getOffsetDateTime("updated_at").toInstant(),
        row.getString("updated_by"));
  }
}
