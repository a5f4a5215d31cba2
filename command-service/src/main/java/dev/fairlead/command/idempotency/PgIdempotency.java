package dev.fairlead.command.idempotency;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// The keys by which senders know their requests again, each for 24 hours.
public final class PgIdempotency {

  private static final Duration WINDOW = Duration.ofHours(24);

  private PgIdempotency() {}

  /// A key, as the sender of one tenant chose it.
  public record Key(String tenant, String key) {}

  /// A request that comes with a key.
  ///
  /// @param requestSha256 what makes two requests the same; not copied
  /// @param made the id of what it is to make
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Claim(Key key, byte[] requestSha256, UUID made) {}

  /// A request that has a key.
  ///
  /// @param requestSha256 what makes two requests the same; not copied
  /// @param made the id of what it made
  @SuppressWarnings("ArrayRecordComponent") // compared by content
  public record Earlier(byte[] requestSha256, UUID made) {

    /// Whether a request is this one again.
    public boolean isSame(Claim claim) {
      return Arrays.equals(requestSha256, claim.requestSha256());
    }
  }

  /// The requests of the last 24 hours that have these keys.
  public static Future<Map<Key, Earlier>> earlier(SqlConnection transaction, List<Claim> claims) {
    if (claims.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    return transaction
        .preparedQuery(
            """
            select tenant, key, request_sha256, command_id
            from unnest($1::text[], $2::text[]) as wanted (tenant, key)
            join idempotency using (tenant, key)
            where created_at >= now() - make_interval(secs => $3)
            """)
        .execute(keys(claims).addDouble((double) WINDOW.toSeconds()))
        .map(
            rows -> {
              Map<Key, Earlier> earlier = HashMap.newHashMap(rows.size());
              for (Row row : rows) {
                earlier.put(
                    key(row),
                    new Earlier(
                        row.getBuffer("request_sha256").getBytes(), row.getUUID("command_id")));
              }
              return earlier;
            });
  }

  /// Takes keys, each once.
  ///
  /// @return those that are taken now; the others belong to requests of the last 24 hours
  public static Future<Set<Key>> take(SqlConnection transaction, List<Claim> claims) {
    if (claims.isEmpty()) {
      return Future.succeededFuture(Set.of());
    }
    // In one order, so that nobody waits for somebody who waits.
    List<Claim> sorted =
        claims.stream()
            .sorted(
                Comparator.<Claim, String>comparing(claim -> claim.key().tenant())
                    .thenComparing(claim -> claim.key().key()))
            .toList();
    return transaction
        .preparedQuery(
            """
            insert into idempotency (tenant, key, request_sha256, command_id, created_at)
            select tenant, key, request_sha256, made, now()
            from unnest($1::text[], $2::text[], $4::bytea[], $5::uuid[])
              with ordinality as given (tenant, key, request_sha256, made, place)
            order by place
            on conflict (tenant, key) do update set
              request_sha256 = excluded.request_sha256, command_id = excluded.command_id,
              created_at = now()
            where idempotency.created_at < now() - make_interval(secs => $3)
            returning tenant, key
            """)
        .execute(
            keys(sorted)
                .addDouble((double) WINDOW.toSeconds())
                .addArrayOfBuffer(
                    sorted.stream()
                        .map(claim -> Buffer.buffer(claim.requestSha256()))
                        .toArray(Buffer[]::new))
                .addArrayOfUUID(sorted.stream().map(Claim::made).toArray(UUID[]::new)))
        .map(PgIdempotency::taken);
  }

  private static Set<Key> taken(RowSet<Row> rows) {
    Set<Key> taken = HashSet.newHashSet(rows.size());
    for (Row row : rows) {
      taken.add(key(row));
    }
    return taken;
  }

  private static Key key(Row row) {
    return new Key(row.getString("tenant"), row.getString("key"));
  }

  private static Tuple keys(List<Claim> claims) {
    return Tuple.tuple()
        .addArrayOfString(claims.stream().map(claim -> claim.key().tenant()).toArray(String[]::new))
        .addArrayOfString(claims.stream().map(claim -> claim.key().key()).toArray(String[]::new));
  }

  public static ProblemException conflict() {
    return Problem.of(
            ProblemType.IDEMPOTENCY_CONFLICT,
            "This Idempotency-Key came with another request within 24 hours.")
        .exception();
  }
}
