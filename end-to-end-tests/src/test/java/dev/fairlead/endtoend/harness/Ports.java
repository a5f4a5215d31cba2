package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports that nobody listens on. They lie below those that the kernel gives to outgoing
/// connections, so that none of these takes one before the server does that it was chosen for.
public final class Ports {

  private static final int FIRST = 12_000;
  private static final int COUNT = 7_000;
  private static final int TRIES = 100;

  private Ports() {}

  public static int free() {
    return freeWith(0);
  }

  /// A port that is free together with others a distance above it.
  public static int freeWith(int... distances) {
    for (int i = 0; i < TRIES; i++) {
      int port = FIRST + ThreadLocalRandom.current().nextInt(COUNT);
      boolean free = isFree(port);
      for (int distance : distances) {
        free = free && isFree(port + distance);
      }
      if (free) {
        return port;
      }
    }
    throw new IllegalStateException("no free port found");
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.ofLiteral("0.0.0.0"))) {
      return probe.isBound();
    } catch (java.net.BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
