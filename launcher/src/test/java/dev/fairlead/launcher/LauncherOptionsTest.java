package dev.fairlead.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LauncherOptionsTest {

  @Test
  void keepsDataWhereTheDesktopSaysOrBelowTheHome() {
    assertThat(LauncherOptions.dataDefault(Map.of("XDG_DATA_HOME", "/data"), "/home/a"))
        .isEqualTo(Path.of("/data/fairlead"));
    assertThat(LauncherOptions.dataDefault(Map.of(), "/home/a"))
        .isEqualTo(Path.of("/home/a/.local/share/fairlead"));
  }

  @Test
  void listensForTlsAboveThePlainPort() {
    // When
    LauncherOptions options =
        new LauncherOptions(Path.of("/data"), 8080, true, List.of(), Optional.empty());

    // Then
    assertThat(options.tlsPort()).isEqualTo(8443);
    assertThat(options.managementPort()).isEqualTo(9090);
  }

  @Test
  void refusesAPortThatLeavesNoRoomForTheOthers() {
    Path data = Path.of("/data");
    assertThat(
            new LauncherOptions(data, 64_525, true, List.of(), Optional.empty()).managementPort())
        .isEqualTo(65_535);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LauncherOptions(data, 64_526, true, List.of(), Optional.empty()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LauncherOptions(data, 0, true, List.of(), Optional.empty()));
  }
}
