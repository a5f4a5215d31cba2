package dev.fairlead.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.documentation.UrlMap.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Holds `docs/url-map.md` to itself and to the contracts of the services.
class UrlMapTest {

  private static final Pattern CONTRACT =
      Pattern.compile("[^/]+/src/main/resources/([a-z]+)/openapi\\.yaml");
  private static final Pattern PATH_IN_CONTRACT = Pattern.compile("(?m)^  (/[^\\s:]+):\\s*$");

  /// What stands before every path of a contract.
  private static final Pattern SERVER = Pattern.compile("(?m)^  - url: (/\\S+)$");

  private final UrlMap map = UrlMap.read();

  @Test
  void knowsServicesAndStates() {
    // Then
    assertThat(map.routes())
        .isNotEmpty()
        .allSatisfy(
            route -> {
              assertThat(route.pattern()).matches("(/(?:[a-z0-9._-]+|\\{id}))*(/\\*\\*)?");
              assertThat(route.service()).isIn("gateway", "registry", "command");
              assertThat(route.state()).isIn("built", "not built");
            });
  }

  @Test
  void hasNoRouteBehindOneThatTakesAllOfItsPaths() {
    // When
    List<Route> reached =
        map.routes().stream()
            .filter(route -> map.routeOf(route.examplePath()).equals(Optional.of(route)))
            .toList();

    // Then
    assertThat(reached).isEqualTo(map.routes());
  }

  @ParameterizedTest
  @CsvSource({
    "/connect, gateway, built",
    "/connect/more, gateway, built",
    "/api/v1/devices, registry, built",
    "/api/v1/devices/1.5, registry, built",
    "/api/v1/devices/1.5/commands, command, built",
    "/api/v1/devices/commands/telemetry, registry, built",
    "/api/v1/devices/a/b/commands, registry, built",
    "/api/v1/devices/commands, registry, built",
    "/api/v1/commands, command, built",
    "/api/v1/commands/7/cancel, command, built",
    "/api/v1/commandsandmore, registry, built",
    "/api/v1/openapi, registry, built",
    "/api/v1/openapi/page/page.js, registry, built",
    "/api/v1/openapi/registry.yaml, registry, built",
    "/api/v1/openapi/command.yaml, command, built",
    "/api/v1/devices/x/terminal, gateway, not built",
    "/, registry, not built"
  })
  void sendsPathToItsService(String path, String service, String state) {
    // When
    Optional<Route> route = map.routeOf(path);

    // Then
    assertThat(route)
        .hasValueSatisfying(
            found -> {
              assertThat(found.service()).isEqualTo(service);
              assertThat(found.state()).isEqualTo(state);
            });
  }

  @Test
  void sendsEveryPathOfAContractToTheServiceThatHasIt() {
    // Given
    List<String> lost = new ArrayList<>();

    // When
    for (String file : SourceTree.files()) {
      Matcher contract = CONTRACT.matcher(file);
      if (contract.matches()) {
        String text = SourceTree.read(file);
        Matcher server = SERVER.matcher(text);
        String base = server.find() ? server.group(1) : "";
        PATH_IN_CONTRACT
            .matcher(text)
            .results()
            .map(match -> base + match.group(1))
            .filter(path -> !isRouted(UrlMap.examplePath(path), contract.group(1)))
            .forEach(path -> lost.add(file + ": " + path));
      }
    }

    // Then
    assertThat(lost).isEmpty();
  }

  @Test
  void isWhatTheLauncherDoes() {
    // Given
    Stream<String> paths =
        Stream.concat(map.routes().stream().map(Route::examplePath), UrlMap.BORDERS.stream());

    // Then
    assertThat(paths)
        .allSatisfy(
            path ->
                assertThat(dev.fairlead.launcher.web.UrlMap.ownerOf(path).name())
                    .isEqualToIgnoringCase(map.routeOf(path).map(Route::service).orElse("")));
  }

  @Test
  void isWhatHaproxyDoes() {
    // Given
    List<String> expected =
        map.routes().stream().map(route -> route.expression() + " " + route.service()).toList();

    // When
    List<String> lines =
        SourceTree.read("deploy/haproxy/url-map.map")
            .lines()
            .filter(line -> !line.startsWith("#"))
            .toList();

    // Then
    assertThat(lines).isEqualTo(expected);
  }

  private boolean isRouted(String path, String service) {
    return map.routeOf(path)
        .filter(route -> route.isBuilt() && route.service().equals(service))
        .isPresent();
  }
}
