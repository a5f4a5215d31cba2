package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.protocol.WireFormat;
import io.vertx.core.http.UpgradeRejectedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Bans as devices meet them. All of them come from one address, as behind a router.
class BannedHandshakesIT {

  private static final WireFormat WIRE = WireFormat.JSON;
  private static final TestTokens STRANGER = TestTokens.withKey(GatewayFixture.KEY_ID);

  private GatewayFixture fixture;
  private GatewayFixture.Gateway gateway;

  @BeforeEach
  void start() {
    fixture = new GatewayFixture();
    gateway =
        fixture.gateway(
            "HANDSHAKE_FAILURES_PER_ADDRESS",
            "3",
            "BAN_DURATION",
            "1h",
            "BANNED_VERIFICATIONS_PER_SECOND",
            "1");
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private UpgradeRejectedException refusalOf(String token) {
    return catchThrowableOfType(
        UpgradeRejectedException.class,
        () ->
            TestDevice.connect(
                fixture.vertx(),
                WIRE,
                TestDevice.options(gateway.port(), WIRE)
                    .addHeader("Authorization", "Bearer " + token)));
  }

  private double refused(String reason) {
    return gateway.count("gateway.handshakes.refused", "reason", reason);
  }

  @Test
  void answersFailuresFromABannedAddressWithTooManyRequests() {
    // Given
    String bad = STRANGER.token("bad", 1);
    for (int i = 0; i < 3; i++) {
      assertThat(refusalOf(bad).getStatus()).isEqualTo(401);
    }

    // When
    UpgradeRejectedException refusal = refusalOf(bad);

    // Then
    assertThat(refusal.getStatus()).isEqualTo(429);
    assertThat(Integer.parseInt(refusal.getHeaders().get("Retry-After"))).isBetween(3_500, 3_600);
    assertThat(refusal.getBody().toJsonObject().getString("type")).endsWith("/too-many-requests");
    assertThat(refused("unauthorized")).isEqualTo(3);
    assertThat(refused("address-banned")).isEqualTo(1);
    assertThat(gateway.meters().get("gateway.bans").tag("kind", "address").gauge().value())
        .isEqualTo(1);
  }

  @Test
  void letsAGoodDeviceBackInWhileItsNeighbourFloods() {
    // Given
    String good = fixture.tokens().token("good", 1);
    TestDevice before = TestDevice.connect(fixture.vertx(), gateway.port(), WIRE, good);
    before.hello();
    before.close();
    for (int i = 0; i < 20; i++) {
      refusalOf(STRANGER.token("bad-" + i, 1));
    }

    // When
    TestDevice again = TestDevice.connect(fixture.vertx(), gateway.port(), WIRE, good);

    // Then
    assertThat(again.hello().sessionId()).isNotEmpty();
    assertThat(refused("unchecked")).isPositive();
    again.close();
  }
}
