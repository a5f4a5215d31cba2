package dev.fairlead.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyAddressesTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.6, false",
    "10.0.0.0/8, 10.255.255.255, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "172.16.0.0/12, 172.31.255.255, true",
    "172.16.0.0/12, 172.32.0.0, false",
    "192.0.2.6/31, 192.0.2.7, true",
    "192.0.2.6/31, 192.0.2.8, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "fd00::/8, fdff::1, true",
    "fd00::/8, fe00::1, false",
    "::1, 0:0:0:0:0:0:0:1, true",
    "127.0.0.0/8, ::ffff:127.0.0.1, true",
    "127.0.0.0/8, localhost, false",
    "127.0.0.0/8, '', false"
  })
  void containsWhatBeginsWithTheSameBits(String range, String address, boolean contained) {
    // When
    ProxyAddresses addresses = ProxyAddresses.of(List.of(range));

    // Then
    assertThat(addresses.contains(address)).isEqualTo(contained);
  }

  @Test
  void containsNothingByDefault() {
    // When
    ProxyAddresses addresses = ProxyAddresses.of(List.of());

    // Then
    assertThat(addresses.contains("127.0.0.1")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"proxy", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "1.2.3.4/x"})
  void refusesWhatIsNoRange(String range) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProxyAddresses.of(List.of("10.0.0.0/8", range)));
  }
}
