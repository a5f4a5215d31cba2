package dev.fairlead.registry.change;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;

/// Writes changes down, in the transactions that make them. Whoever commits one pokes the outbox
/// afterwards, as for all that is to be said; the readers of the feed wake by that.
public final class PgChanges {

  private PgChanges() {}

  /// Changes as the database takes them.
  public record Prepared(int count, Tuple parameters) {}

  /// Prepares changes, to be told in this order.
  public static Prepared prepare(List<Change> changes) {
    return new Prepared(
        changes.size(),
        Tuple.tuple()
            .addArrayOfString(texts(changes, change -> change.tenant().value()))
            .addArrayOfString(texts(changes, change -> change.device().orElse("")))
            .addArrayOfString(texts(changes, change -> change.kind().word()))
            .addArrayOfOffsetDateTime(
                changes.stream()
                    .map(change -> PgColumns.parameter(change.at()))
                    .toArray(OffsetDateTime[]::new))
            .addArrayOfString(texts(changes, change -> Json.text(change.data()))));
  }

  /// Writes changes down, to be told in this order.
  ///
  /// @param transaction that does what they tell
  public static Future<Void> append(SqlConnection transaction, List<Change> changes) {
    return append(transaction, prepare(changes));
  }

  /// Writes changes down that were prepared.
  ///
  /// @param transaction that does what they tell
  public static Future<Void> append(SqlConnection transaction, Prepared changes) {
    if (changes.count() == 0) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            insert into change (tenant, device, kind, at, data)
            select tenant, nullif(device, ''), kind, at, data::jsonb
            from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
              with ordinality as given (tenant, device, kind, at, data, place)
            order by place
            """)
        .execute(changes.parameters())
        .mapEmpty();
  }

  private static String[] texts(List<Change> changes, Function<Change, String> column) {
    return changes.stream().map(column).toArray(String[]::new);
  }

  /// Forgets all that happened in a tenant, which is being deleted.
  public static Future<Void> remove(SqlConnection transaction, TenantId tenant) {
    return transaction
        .preparedQuery("delete from change where tenant = $1")
        .execute(Tuple.of(tenant.value()))
        .mapEmpty();
  }
}
