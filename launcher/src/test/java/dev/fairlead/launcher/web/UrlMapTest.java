package dev.fairlead.launcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.launcher.web.UrlMap.Owner;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UrlMapTest {

  @ParameterizedTest
  @CsvSource({
    "/connect, GATEWAY",
    "/connect/x, GATEWAY",
    "/connectx, REGISTRY",
    "/pixelblaze/token, GATEWAY",
    "/api/v1/live, GATEWAY",
    "/api/v1/devices/d1/terminal, GATEWAY",
    "/api/v1/devices/d1/commands, COMMAND",
    "/api/v1/devices/commands/commands, COMMAND",
    "/api/v1/devices/commands, REGISTRY",
    "/api/v1/devices/d1/commandsx, REGISTRY",
    "/api/v1/commands, COMMAND",
    "/api/v1/commands/c1/cancel, COMMAND",
    "/api/v1/commandsx, REGISTRY",
    "/api/v1/rollouts/1, COMMAND",
    "/api/v1/openapi/command.yaml, COMMAND",
    "/api/v1/openapi/registry.yaml, REGISTRY",
    "/api/v1/devices, REGISTRY",
    "/, REGISTRY",
    "null, REGISTRY"
  })
  void givesEachPathToTheServiceThatAnswersIt(String path, Owner owner) {
    assertThat(UrlMap.ownerOf(path)).isEqualTo(owner);
  }
}
