package dev.fairlead.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/// Looks whether ports can be had, before anything is started that would have to be stopped again.
final class Ports {

  private static final String IN_USE = "Address already in use";

  private Ports() {}

  /// Makes sure that a port can be listened on.
  ///
  /// @param host the address to listen on
  /// @param port 0 for any
  /// @throws IllegalStateException saying in one line why it cannot
  static void requireFree(String host, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (IOException e) {
      String why =
          IN_USE.equals(e.getMessage()) ? "is taken" : "cannot be used (" + e.getMessage() + ")";
      throw new IllegalStateException("port " + port + " " + why + "; choose another --port", e);
    }
  }
}
