package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// Ports that nobody listens on. They lie below those that the kernel gives to outgoing
/// connections, so that none of these takes one before the server does that it was chosen for, and
/// none is given twice: several servers start at once.
public final class Ports {

  private static final int FIRST = 12_000;
  private static final int COUNT = 7_000;
  private static final int TRIES = 100;

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  public static int free() {
    return freeWith();
  }

  /// A port that is free together with others a distance above it.
  public static int freeWith(int... distances) {
    for (int i = 0; i < TRIES; i++) {
      int port = FIRST + ThreadLocalRandom.current().nextInt(COUNT);
      boolean free = isFree(port);
      for (int distance : distances) {
        free = free && isFree(port + distance);
      }
      if (free && GIVEN.add(port)) {
        for (int distance : distances) {
          GIVEN.add(port + distance);
        }
        return port;
      }
    }
    throw new IllegalStateException("no free port found");
  }

  private static boolean isFree(int port) {
    if (GIVEN.contains(port)) {
      return false;
    }
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.ofLiteral("0.0.0.0"))) {
      return probe.isBound();
    } catch (java.net.BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
