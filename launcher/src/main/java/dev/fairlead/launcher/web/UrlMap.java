package dev.fairlead.launcher.web;

import java.util.List;
import java.util.Set;

/// Which service a path belongs to; `docs/url-map.md` says the same, and a test holds one against
/// the other.
public final class UrlMap {

  /// The services that answer.
  public enum Owner {
    /// Devices' doors, terminals, live data.
    GATEWAY,
    /// Commands, rollouts, artifacts.
    COMMAND,
    /// Everything else.
    REGISTRY
  }

  private static final Set<String> GATEWAY_DOORS =
      Set.of(
          "/api/devices/v1/deviceconnect/connect",
          "/subscribe",
          "/publish",
          "/info",
          "/ws",
          "/mqtt",
          "/api/v1/live",
          "/api/v1/openapi/gateway.yaml");
  private static final List<String> COMMAND_TREES =
      List.of(
          "/api/v1/commands",
          "/api/v1/rollouts",
          "/api/v1/artifacts",
          "/api/v1/openapi/command.yaml");
  private static final List<String> GATEWAY_TREES = List.of("/connect", "/pixelblaze");
  private static final String DEVICES = "/api/v1/devices/";

  private UrlMap() {}

  /// The service for a request's path, as it came: not decoded.
  public static Owner ownerOf(String path) {
    if (GATEWAY_DOORS.contains(path) || GATEWAY_TREES.stream().anyMatch(tree -> isIn(tree, path))) {
      return Owner.GATEWAY;
    }
    if (path.startsWith(DEVICES)) {
      return ownerOfDevicePath(path.substring(DEVICES.length()));
    }
    return COMMAND_TREES.stream().anyMatch(tree -> isIn(tree, path))
        ? Owner.COMMAND
        : Owner.REGISTRY;
  }

  private static Owner ownerOfDevicePath(String rest) {
    int slash = rest.indexOf('/');
    String below = slash < 0 ? "" : rest.substring(slash);
    if (below.equals("/terminal")) {
      return Owner.GATEWAY;
    }
    return isIn("/commands", below) ? Owner.COMMAND : Owner.REGISTRY;
  }

  private static boolean isIn(String tree, String path) {
    return path.equals(tree) || path.startsWith(tree + "/");
  }
}
