package dev.fairlead.registry.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PgSigningKeyKeeperIT {

  private static final Secret MASTER = Secret.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
  private static final Duration KEY_LIFETIME = Duration.ofDays(90);
  private static final Duration TOKEN_LIFETIME = Duration.ofDays(400);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final PgSigningKeys keys = new PgSigningKeys(MasterKey.of(MASTER));
  private Pool pool;
  private SigningKeyRing ring;
  private Instant now = START;

  @BeforeEach
  void migrate() {
    TestBackends.Database database = TestBackends.freshDatabase();
    DatabaseSettings settings =
        new DatabaseSettings(
            database.host(),
            database.port(),
            database.database(),
            database.user(),
            Secret.of(database.password()),
            2,
            true);
    Migrations.run(settings, "registry");
    pool = PgPools.create(vertx, settings, "test", "registry");
    ring =
        Objects.requireNonNull(
                pool.withTransaction(transaction -> keys.loadOrMake(transaction, now)).await())
            .ring();
  }

  @AfterEach
  void close() {
    pool.close().await();
    vertx.close().await();
  }

  /// What the keeper does every few seconds.
  private void tend(Instant at) {
    now = at;
    tend(keys);
  }

  private void tend(PgSigningKeys with) {
    pool.withTransaction(
            transaction ->
                PgSigningKeyKeeper.tend(
                    transaction,
                    with,
                    new PgSigningKeyKeeper.Lifetimes(KEY_LIFETIME, TOKEN_LIFETIME),
                    now))
        .onSuccess(held -> ring.replace(Objects.requireNonNull(held)))
        .await();
  }

  private List<String> said() {
    List<String> keysSaid = new ArrayList<>();
    pool.query("select key, value is null as gone from outbox order by id")
        .execute()
        .await()
        .forEach(
            row ->
                keysSaid.add(
                    (row.getBoolean("gone") ? "-" : "+")
                        + row.getString("key").replace("signing-key/", "")));
    return keysSaid;
  }

  private void run(String sql) {
    pool.query(sql).execute().await();
  }

  @Test
  void makesNextKeyOnScheduleAndSignsWithItOnceItIsKnown() {
    // Given
    String first = ring.signerId(now);

    // When
    tend(START.plus(KEY_LIFETIME).minusSeconds(1));
    List<String> early = said();
    Instant due = START.plus(KEY_LIFETIME);
    tend(due);
    tend(due.plusSeconds(10));

    // Then
    assertThat(early).isEmpty();
    assertThat(said()).hasSize(1);
    String second = said().getFirst().substring(1);
    assertThat(ring.signerId(due.plusSeconds(59))).isEqualTo(first);
    assertThat(ring.retiring(due.plusSeconds(59))).isEmpty();
    assertThat(ring.signerId(due.plusSeconds(60))).isEqualTo(second);
    assertThat(ring.retiring(due.plusSeconds(60))).containsExactly(first);
  }

  @Test
  void takesKeyBackOnceNoTokenOfItCanBeGood() {
    // Given
    String first = ring.signerId(now);
    Instant due = START.plus(KEY_LIFETIME);
    tend(due);
    Instant over = due.plusSeconds(60).plus(TOKEN_LIFETIME);

    // When
    tend(over.minusSeconds(1));
    List<String> before = said();
    tend(over);

    // Then
    assertThat(before).doesNotContain("-" + first);
    assertThat(said()).contains("-" + first);
  }

  @Test
  void signsWithTheKeyOfTheMoment() {
    // Given
    DeviceTokens tokens = new DeviceTokens(new TokenSigner(vertx, ring), TOKEN_LIFETIME);
    DeviceKey device = DeviceKey.of("default", "d");
    Instant due = START.plus(KEY_LIFETIME);
    tend(due);

    // When
    DeviceTokens.Plan early = tokens.plan(due.plusSeconds(59));
    DeviceTokens.Plan late = tokens.plan(due.plusSeconds(60));

    // Then
    assertThat(kid(tokens.issue(device, 1, early))).isEqualTo(early.keyId());
    assertThat(kid(tokens.issue(device, 1, late))).isEqualTo(late.keyId());
    assertThat(early.keyId()).isNotEqualTo(late.keyId());
  }

  private static String kid(String token) {
    return new JsonObject(
            io.vertx.core.buffer.Buffer.buffer(
                java.util.Base64.getUrlDecoder().decode(token.split("\\.", -1)[0])))
        .getString("kid");
  }

  @Test
  void offersTokensToDevicesThatNeedOneAndCanBeReached() {
    // Given
    String old = ring.signerId(now);
    tend(START.plus(KEY_LIFETIME));
    Instant at = now.plusSeconds(61);
    device("on-old-key", old, at.plus(TOKEN_LIFETIME), true, "fairlead.v1.json");
    device("on-new-key", ring.signerId(at), at.plus(TOKEN_LIFETIME), true, "fairlead.v1.json");
    device("soon-over", ring.signerId(at), at.plus(Duration.ofDays(1)), true, "fairlead.v1.json");
    device("away", old, at.plus(TOKEN_LIFETIME), false, "fairlead.v1.json");
    device("other-wire", old, at.plus(TOKEN_LIFETIME), true, "mqtt");

    // When
    List<String> first = due(at);
    List<String> second = due(at.plusSeconds(10));
    run(
        "update presence set since = '%s' where device_id = 'soon-over'"
            .formatted(at.plusSeconds(15)));
    List<String> third = due(at.plusSeconds(20));
    List<String> nextDay = due(at.plus(Duration.ofDays(1)).plusSeconds(1));

    // Then
    assertThat(first).containsExactlyInAnyOrder("on-old-key", "soon-over");
    assertThat(second).isEmpty();
    assertThat(third).containsExactly("soon-over");
    assertThat(nextDay).contains("on-old-key");
  }

  @Test
  void goesOverTheDevicesInParts() {
    // Given
    String old = ring.signerId(now);
    tend(START.plus(KEY_LIFETIME));
    Instant at = now.plusSeconds(61);
    for (int number = 0; number < 5; number++) {
      device("d" + number, old, at.plus(TOKEN_LIFETIME), true, "fairlead.v1.json");
    }
    PgCredentialStore store = new PgCredentialStore(pool);

    // When
    List<String> parts = new ArrayList<>();
    Optional<DeviceKey> last = Optional.empty();
    do {
      PgCredentialStore.Part part = part(store, last, at, 2);
      parts.add(
          String.join(
              " ",
              part.offers().stream()
                  .map(offer -> offer.device().device().value())
                  .sorted()
                  .toList()));
      last = part.last();
    } while (last.isPresent());

    // Then
    assertThat(parts).containsExactly("d0 d1", "d2 d3", "d4");
  }

  private List<String> due(Instant at) {
    return part(new PgCredentialStore(pool), Optional.empty(), at, 100).offers().stream()
        .map(offer -> offer.device().device().value())
        .toList();
  }

  private PgCredentialStore.Part part(
      PgCredentialStore store, Optional<DeviceKey> after, Instant at, int rows) {
    DeviceTokens tokens = new DeviceTokens(new TokenSigner(vertx, ring), TOKEN_LIFETIME);
    return store
        .due(
            after,
            ring.retiring(at),
            tokens.plan(at),
            at.plus(Duration.ofDays(40)),
            at.minus(Duration.ofDays(1)),
            rows)
        .await();
  }

  private void device(String id, String keyId, Instant expires, boolean online, String wire) {
    run(
        """
        with made as (
          insert into device (tenant, id, created_at, updated_at)
          values ('default', '%1$s', now(), now())
        )
        insert into credential
          (tenant, device_id, generation, expires_at, key_id, token_expires_at)
        values ('default', '%1$s', 1, '%2$s', '%3$s', '%2$s')
        """
            .formatted(id, expires, keyId));
    run(
        """
        insert into presence (tenant, device_id, online, session, address, wire, since)
        values ('default', '%s', %s, 's', '1:gate', '%s', '%s')
        """
            .formatted(id, online, wire, START));
  }
}
