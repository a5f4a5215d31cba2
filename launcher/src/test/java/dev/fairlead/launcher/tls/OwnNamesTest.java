package dev.fairlead.launcher.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OwnNamesTest {

  @Test
  void namesThisMachineAndTheHostOfItsPublicAddress() {
    // When
    Set<String> names = OwnNames.all(Optional.of(URI.create("https://fleet.example.com:8443")));

    // Then
    assertThat(names).contains("localhost", "127.0.0.1", OwnNames.hostName(), "fleet.example.com");
    assertThat(OwnNames.all(Optional.empty())).isNotEmpty().isSubsetOf(names);
  }

  @Test
  void leavesOutAnAddressThatCouldNotBeFoundAgain() {
    // When
    Set<String> names = OwnNames.all(Optional.of(URI.create("https://[2001:db8::1]")));

    // Then
    assertThat(names).isEqualTo(OwnNames.all(Optional.empty()));
  }
}
