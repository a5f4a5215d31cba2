package dev.fairlead.bus.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {

  @Test
  void readsBackWhatItWrites() {
    // Given
    DeviceKey device = DeviceKey.of("acme", "gate.way_1~x-Y");
    Epoch epoch = new Epoch(3, 99);
    InboxAddress address = new InboxAddress(7, "gw-01ab");

    // When
    DeviceKey deviceAgain = DeviceKey.parse(device.toString());
    Epoch epochAgain = Epoch.parse(epoch.toString());
    InboxAddress addressAgain = InboxAddress.parse(address.toString());

    // Then
    assertThat(deviceAgain).isEqualTo(device);
    assertThat(epochAgain).isEqualTo(epoch);
    assertThat(addressAgain).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a b", "ä", "a\n"})
  void refusesMalformedDeviceIds(String id) {
    assertThatIllegalArgumentException().isThrownBy(() -> new DeviceId(id));
  }

  @Test
  void boundsTheLengthOfIds() {
    assertThat(new DeviceId("x".repeat(128)).value()).hasSize(128);
    assertThatIllegalArgumentException().isThrownBy(() -> new DeviceId("x".repeat(129)));
    assertThat(new TenantId("t".repeat(64)).value()).hasSize(64);
    assertThatIllegalArgumentException().isThrownBy(() -> new TenantId("t".repeat(65)));
    assertThat(new SessionId("s".repeat(64)).value()).hasSize(64);
    assertThatIllegalArgumentException().isThrownBy(() -> new SessionId("s".repeat(65)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Default", "a_b", "a/b"})
  void refusesMalformedTenantIds(String id) {
    assertThatIllegalArgumentException().isThrownBy(() -> new TenantId(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1.", ".1", "-1.2", "1.-2", "x.y"})
  void refusesMalformedEpochs(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Epoch.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1:", ":gw", "-1:gw", "1:g w"})
  void refusesMalformedAddresses(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> InboxAddress.parse(text));
  }

  @Test
  void ordersEpochsByGenerationBeforeOffset() {
    assertThat(new Epoch(2, 0).isNewerThan(new Epoch(1, 1_000))).isTrue();
    assertThat(new Epoch(1, 11).isNewerThan(new Epoch(1, 10))).isTrue();
    assertThat(new Epoch(1, 10).isNewerThan(new Epoch(1, 10))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a@b", "a[b", "a`b", "a{b", "a/b", "a:b", "\u00e4", "a\n", "a b"})
  void refusesMalformedSessionIds(String id) {
    assertThatIllegalArgumentException().isThrownBy(() -> new SessionId(id));
  }

  @Test
  void takesEveryCharacterOfASessionId() {
    assertThat(new SessionId("azAZ09_-").value()).isEqualTo("azAZ09_-");
  }

  @Test
  void writesBitsOfASessionIdInHexadecimal() {
    assertThat(SessionId.of(1, 2).value()).isEqualTo("000000000000000100000002");
    assertThat(SessionId.of(-1, Integer.MIN_VALUE).value()).isEqualTo("ffffffffffffffff80000000");
  }

  @Test
  void makesSessionIdsThatDiffer() {
    assertThat(SessionId.random()).isNotEqualTo(SessionId.random());
  }
}
