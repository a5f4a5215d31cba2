package dev.fairlead.registry.credential;

import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.credential.SigningKeyRing.Held;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The table of signing keys. Whoever changes it holds [#lock].
public final class PgSigningKeys {

  /// How long a key is published before it signs: everyone has learnt of it by then.
  static final Duration ANNOUNCED = Duration.ofSeconds(60);

  private final MasterKey masterKey;

  /// @param masterKey encrypts the private parts
  public PgSigningKeys(MasterKey masterKey) {
    this.masterKey = masterKey;
  }

  /// The keys there are, the newest first; at least one.
  public static final class Loaded {
    private final List<Held> keys;

    private Loaded(List<Held> keys) {
      this.keys = List.copyOf(keys);
    }

    List<Held> keys() {
      return keys;
    }

    /// What admission needs of each.
    public List<AccessMessage> messages() {
      return keys.stream().<AccessMessage>map(held -> held.key().message()).toList();
    }

    /// Their ids.
    public List<String> ids() {
      return keys.stream().map(held -> held.key().id()).toList();
    }

    /// The keys to sign with.
    public SigningKeyRing ring() {
      SigningKeyRing ring = new SigningKeyRing();
      ring.replace(keys);
      return ring;
    }
  }

  /// Sees to it that nobody else changes the keys, or says anything about them on the bus, until
  /// the transaction ends.
  public static Future<Void> lock(SqlConnection transaction) {
    return transaction
        .query("select pg_advisory_xact_lock(hashtext('registry.access'))")
        .execute()
        .mapEmpty();
  }

  /// Loads the keys, and makes one when there is none; that one signs at once.
  ///
  /// @return fails when the master key does not open them
  public Future<Loaded> loadOrMake(SqlConnection transaction, Instant now) {
    return load(transaction)
        .compose(
            keys ->
                keys.isEmpty()
                    ? make(transaction, now, now).map(List::of)
                    : Future.succeededFuture(keys))
        .map(Loaded::new);
  }

  private Future<List<Held>> load(SqlConnection transaction) {
    return transaction
        .query(
            """
            select id, private_jwk, created_at, signs_from
            from signing_key order by signs_from desc, created_at desc, id
            """)
        .execute()
        .map(
            rows -> {
              List<Held> keys = new ArrayList<>();
              rows.forEach(row -> keys.add(open(row)));
              return keys;
            });
  }

  private Held open(Row row) {
    return new Held(
        SigningKey.of(
            masterKey.decrypt(row.getString("id"), row.getBuffer("private_jwk").getBytes())),
        PgColumns.time(row, "created_at").orElseThrow(),
        PgColumns.time(row, "signs_from").orElseThrow());
  }

  /// Makes one more key and publishes it.
  Future<Held> announce(SqlConnection transaction, Instant now) {
    return make(transaction, now, now.plus(ANNOUNCED))
        .compose(held -> PgOutbox.append(transaction, held.key().message().toRecord()).map(held));
  }

  private Future<Held> make(SqlConnection transaction, Instant now, Instant signsFrom) {
    SigningKey key = SigningKey.generate();
    return transaction
        .preparedQuery(
            """
            insert into signing_key (id, public_jwk, private_jwk, created_at, signs_from)
            values ($1, $2, $3, $4, $5)
            """)
        .execute(
            Tuple.of(
                key.id(),
                key.publicJwk(),
                Buffer.buffer(masterKey.encrypt(key.id(), key.privateJwk())),
                PgColumns.parameter(now),
                PgColumns.parameter(signsFrom)))
        .map(rows -> new Held(key, now, signsFrom));
  }

  /// Takes a key back: no token that it signed opens anything any more.
  ///
  /// @return the place in the outbox of what was said about it
  static Future<Long> withdraw(SqlConnection transaction, String id) {
    return transaction
        .preparedQuery("delete from signing_key where id = $1")
        .execute(Tuple.of(id))
        .compose(
            rows ->
                PgOutbox.append(
                    transaction,
                    new AccessMessage.Withdrawn(AccessMessage.SIGNING_KEY + id).toRecord()));
  }
}
