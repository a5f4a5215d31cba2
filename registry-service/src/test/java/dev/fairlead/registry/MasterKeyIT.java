package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MasterKeyIT {

  private static final Secret OTHER = Secret.of(Base64.getEncoder().encodeToString(new byte[32]));

  private RegistryFixture registry;
  private Pool pool;

  @BeforeEach
  void start() {
    registry = new RegistryFixture();
    pool = PgPools.create(registry.vertx(), registry.config().database(), "test", "registry");
  }

  @AfterEach
  void stop() {
    await(pool.close());
    registry.close();
  }

  private List<String> encrypted() {
    List<String> all = new ArrayList<>();
    for (Row row :
        await(
            pool.query(
                    """
                    select private_jwk as secret from signing_key
                    union all select secret from audit_key
                    union all select private_key from certificate_authority
                    """)
                .execute())) {
      all.add(row.getBuffer("secret").toString("ISO-8859-1"));
    }
    return all;
  }

  private List<String> keys() {
    return json(registry.request(HttpMethod.GET, "/api/v1/signing-keys"))
        .getJsonArray("items")
        .stream()
        .map(key -> ((JsonObject) key).getString("id"))
        .toList();
  }

  /// Has a certificate signed, and tells by which authority.
  private String signer() {
    String csr = TestPki.request(TestPki.keyPair());
    return json(registry.request(
            HttpMethod.POST, "/api/v1/devices/lamp/certificates", new JsonObject().put("csr", csr)))
        .getString("authority");
  }

  @Test
  void encryptsEverythingAnewAfterTheMasterKeyWasReplaced() {
    // Given
    List<String> keysBefore = keys();
    registry.createDevice("lamp");
    String signerBefore = signer();
    List<String> before = encrypted();

    // When
    registry.stop();
    registry.start(config -> config.withMasterKey(OTHER, Optional.of(config.masterKey())));

    // Then
    assertThat(keys()).isEqualTo(keysBefore);
    assertThat(encrypted()).hasSameSizeAs(before).doesNotContainAnyElementsOf(before);
    registry.stop();
    registry.start(config -> config.withMasterKey(OTHER, Optional.empty()));
    assertThat(keys()).isEqualTo(keysBefore);
    assertThat(signer()).isEqualTo(signerBefore);
  }
}
