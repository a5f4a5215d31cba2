package dev.fairlead.launcher;

import dev.fairlead.runtime.server.TlsFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What `./fairlead up` was asked for.
///
/// @param data the directory that everything is kept in
/// @param port of plain HTTP on the loopback address; TLS listens 363 above it
/// @param agent whether this machine is to be a device
/// @param agentExec programs that the agent may run besides its default list
/// @param tls the certificate of this server where it is not the launcher's own to make
public record LauncherOptions(
    Path data, int port, boolean agent, List<String> agentExec, Optional<TlsFiles> tls) {

  /// The port of plain HTTP where nothing else is said.
  public static final int PORT_DEFAULT = 8080;

  /// How far above the plain port TLS listens: 443 less 80.
  static final int TLS_ABOVE = 363;

  /// How far above the plain port health and metrics listen, on the loopback address.
  static final int MANAGEMENT_ABOVE = 1_010;

  private static final int PORT_MAX = 65_535 - MANAGEMENT_ABOVE;

  /// @throws IllegalArgumentException when the port leaves no room for the others
  public LauncherOptions {
    if (port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException("--port must be 1 to " + PORT_MAX);
    }
    agentExec = List.copyOf(agentExec);
  }

  /// The directory that is used where none is named: `$XDG_DATA_HOME/fairlead`, else
  /// `~/.local/share/fairlead`.
  static Path dataDefault(Map<String, String> environment, String home) {
    String named = environment.getOrDefault("XDG_DATA_HOME", "");
    Path base = named.isEmpty() ? Path.of(home, ".local", "share") : Path.of(named);
    return base.resolve("fairlead");
  }

  int tlsPort() {
    return port + TLS_ABOVE;
  }

  int managementPort() {
    return port + MANAGEMENT_ABOVE;
  }
}
