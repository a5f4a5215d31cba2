package dev.fairlead.runtime.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworksTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "::ffff:192.0.2.1, 192.0.2.1",
    "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
    "2001:db8:1:2::9, 2001:db8:1:2::/64",
    "::1, 0:0:0:0::/64",
    "unix:socket, unix:socket"
  })
  void countsByWhatItsOwnerCannotChange(String address, String network) {
    // When
    String counted = Networks.of(address);

    // Then
    assertThat(counted).isEqualTo(network);
  }
}
