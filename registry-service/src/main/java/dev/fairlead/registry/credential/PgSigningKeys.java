package dev.fairlead.registry.credential;

import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The table of signing keys.
public final class PgSigningKeys {

  private final MasterKey masterKey;

  /// @param masterKey encrypts the private parts
  public PgSigningKeys(MasterKey masterKey) {
    this.masterKey = masterKey;
  }

  /// The keys there are, the newest first; at least one.
  public static final class Loaded {
    private final List<SigningKey> keys;

    private Loaded(List<SigningKey> keys) {
      this.keys = List.copyOf(keys);
    }

    /// What admission needs of each.
    public List<AccessMessage> messages() {
      return keys.stream().<AccessMessage>map(SigningKey::message).toList();
    }

    /// Makes tokens with the newest.
    ///
    /// @param lifetime how long a token is good
    public DeviceTokens tokens(Vertx vertx, Duration lifetime) {
      return new DeviceTokens(vertx, keys.getFirst(), lifetime);
    }

    /// Makes tokens of people with the newest.
    public PersonTokens personTokens(Vertx vertx) {
      return new PersonTokens(vertx, keys.getFirst());
    }
  }

  /// Loads the keys, and makes one when there is none. The caller sees to it that no other process
  /// does the same at that moment.
  ///
  /// @return fails when the master key does not open them
  public Future<Loaded> loadOrMake(SqlConnection transaction, Instant now) {
    return transaction
        .query("select id, private_jwk from signing_key order by created_at desc, id")
        .execute()
        .compose(
            rows -> {
              List<SigningKey> keys = new ArrayList<>();
              rows.forEach(row -> keys.add(open(row)));
              return keys.isEmpty()
                  ? make(transaction, now)
                  : Future.succeededFuture(new Loaded(keys));
            });
  }

  private SigningKey open(Row row) {
    return SigningKey.of(
        masterKey.decrypt(row.getString("id"), row.getBuffer("private_jwk").getBytes()));
  }

  private Future<Loaded> make(SqlConnection transaction, Instant now) {
    SigningKey key = SigningKey.generate();
    return transaction
        .preparedQuery(
            """
            insert into signing_key (id, public_jwk, private_jwk, created_at)
            values ($1, $2, $3, $4)
            """)
        .execute(
            Tuple.of(
                key.id(),
                key.publicJwk(),
                Buffer.buffer(masterKey.encrypt(key.id(), key.privateJwk())),
                PgColumns.parameter(now)))
        .map(rows -> new Loaded(List.of(key)));
  }
}
