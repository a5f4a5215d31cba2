package dev.fairlead.launcher.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LocalAgentTest {

  @Test
  void makesADeviceIdOfAnyHostName() {
    assertThat(LocalAgent.deviceIdOf("pi-4.local")).isEqualTo("pi-4.local");
    assertThat(LocalAgent.deviceIdOf("Küche 1")).isEqualTo("K-che-1");
    assertThat(LocalAgent.deviceIdOf("..")).isEqualTo("this-machine");
    assertThat(LocalAgent.deviceIdOf("")).isEqualTo("this-machine");
    assertThat(LocalAgent.deviceIdOf("x".repeat(300))).hasSize(64);
  }
}
