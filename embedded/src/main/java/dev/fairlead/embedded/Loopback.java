package dev.fairlead.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// The loopback address and free ports on it.
final class Loopback {
  static final String HOST = "127.0.0.1";

  /// Below Linux's usual range for outgoing connections (from 32768 on): a port there may be taken
  /// by any client between two starts, even by one that is trying to reach this very port.
  private static final int FIRST = 20_000;

  private static final int LAST = 32_000;
  private static final int ATTEMPTS_MAX = 200;

  private Loopback() {}

  /// A port that was free a moment ago. Somebody may take it before its user binds it, so that the
  /// user has to be ready to ask again.
  static int freePort() {
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new EmbeddedException("No free port between " + FIRST + " and " + LAST + " on " + HOST);
  }

  static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), port));
      return true;
    } catch (BindException e) {
      return false;
    } catch (IOException e) {
      throw new EmbeddedException("Cannot probe ports on " + HOST + ": " + e, e);
    }
  }
}
