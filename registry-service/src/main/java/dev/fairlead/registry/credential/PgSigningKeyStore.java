package dev.fairlead.registry.credential;

import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.credential.SigningKeyRing.Held;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/// What people do with signing keys.
final class PgSigningKeyStore {

  /// How many keys there may be at a time; admission holds them all.
  private static final int KEYS_MAX = 32;

  /// Devices of a key are counted up to here.
  private static final int COUNT_MAX = 100_000;

  private final Pool pool;
  private final PgSigningKeys keys;
  private final SigningKeyRing ring;

  PgSigningKeyStore(Pool pool, PgSigningKeys keys, SigningKeyRing ring) {
    this.pool = pool;
    this.keys = keys;
    this.ring = ring;
  }

  /// The keys, the newest first, and how many devices depend on each.
  Future<List<SigningKeyDocument>> list(Instant now) {
    return pool.withTransaction(
            transaction ->
                PgSigningKeys.lock(transaction)
                    .compose(nothing -> keys.loadOrMake(transaction, now))
                    .compose(
                        loaded ->
                            count(transaction, loaded.ids())
                                .map(counts -> documents(loaded.keys(), counts, now))))
        .map(Objects::requireNonNull);
  }

  private static List<SigningKeyDocument> documents(
      List<Held> held, Map<String, Long> counts, Instant now) {
    List<SigningKeyDocument> documents = new ArrayList<>(held.size());
    held.forEach(key -> documents.add(SigningKeyDocument.of(key, held, counts, now)));
    return documents;
  }

  private static Future<Map<String, Long>> count(SqlConnection transaction, List<String> ids) {
    return transaction
        .preparedQuery(
            """
            select k.id, (select count(*) from (
              select 1 from credential c
              join device d on d.tenant = c.tenant and d.id = c.device_id
              where c.key_id = k.id limit $2) as counted) as devices
            from unnest($1::text[]) as k(id)
            """)
        .execute(Tuple.tuple().addArrayOfString(ids.toArray(String[]::new)).addInteger(COUNT_MAX))
        .map(
            rows -> {
              Map<String, Long> counts = new HashMap<>();
              rows.forEach(row -> counts.put(row.getString("id"), row.getLong("devices")));
              return counts;
            });
  }

  /// A key that was announced.
  ///
  /// @param outboxId the last place in the outbox of what was said about it
  record Announced(SigningKeyDocument key, long outboxId) {}

  /// Makes a key that will sign once everyone has had time to learn of it.
  ///
  /// @return fails with the problem `quota-exceeded`
  Future<Announced> announce(Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                PgSigningKeys.lock(transaction)
                    .compose(nothing -> keys.loadOrMake(transaction, now))
                    .compose(
                        loaded ->
                            loaded.keys().size() < KEYS_MAX
                                ? keys.announce(transaction, now)
                                    .map(
                                        made -> {
                                          List<Held> all = new ArrayList<>(loaded.keys());
                                          all.addFirst(made);
                                          return all;
                                        })
                                : Future.failedFuture(
                                    new ProblemException(
                                        ProblemType.QUOTA_EXCEEDED,
                                        "There may be " + KEYS_MAX + " signing keys.")))
                    .compose(
                        all ->
                            PgAudit.append(
                                    transaction,
                                    act,
                                    CredentialRoutes.KEYS + all.getFirst().key().id())
                                .map(
                                    outboxId -> {
                                      ring.replace(all);
                                      return new Announced(
                                          SigningKeyDocument.of(all.getFirst(), all, Map.of(), now),
                                          outboxId);
                                    })))
        .map(Objects::requireNonNull);
  }

  /// Takes a key back at once.
  ///
  /// @return the place in the outbox of what was said about it; fails with the problems
  ///     `signing-key-not-found` and, for the key that signs, `signing-key-in-use`
  Future<Long> withdraw(String id, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                PgSigningKeys.lock(transaction)
                    .compose(nothing -> keys.loadOrMake(transaction, now))
                    .compose(loaded -> without(loaded.keys(), id, now))
                    .compose(
                        left ->
                            PgAudit.append(transaction, act)
                                .compose(nothing -> PgSigningKeys.withdraw(transaction, id))
                                .onSuccess(outboxId -> ring.replace(left))))
        .map(Objects::requireNonNull);
  }

  private static Future<List<Held>> without(List<Held> held, String id, Instant now) {
    Predicate<Held> named = key -> key.key().id().equals(id);
    if (held.stream().noneMatch(named)) {
      return Future.failedFuture(
          new ProblemException(
              ProblemType.SIGNING_KEY_NOT_FOUND, "There is no signing key '" + id + "'."));
    }
    if (named.test(SigningKeyRing.signer(held, now))) {
      return Future.failedFuture(
          new ProblemException(
              ProblemType.SIGNING_KEY_IN_USE,
              "This key signs. Make another, and take this one back when that one signs."));
    }
    return Future.succeededFuture(held.stream().filter(named.negate()).toList());
  }
}
