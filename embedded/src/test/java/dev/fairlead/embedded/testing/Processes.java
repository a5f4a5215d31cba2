package dev.fairlead.embedded.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// Signals to processes, and waiting for their end, both by process id.
final class Processes {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private Processes() {}

  /// Sends a signal, as `STOP`, to those of the processes that still run.
  static void signal(String name, List<Long> pids) {
    String numbers =
        pids.stream()
            .filter(Processes::isAlive)
            .map(String::valueOf)
            .collect(Collectors.joining(" "));
    if (numbers.isEmpty()) {
      return;
    }
    try {
      // The shell's own `kill`: not every system has the program.
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -" + name + " " + numbers).inheritIO().start();
      if (!kill.waitFor(TIMEOUT)) {
        throw new IllegalStateException("kill does not end");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  static void awaitEnd(List<Long> pids) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (pids.stream().anyMatch(Processes::isAlive)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("processes do not end: " + pids);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /// Whether it runs or is stopped; one whose status nobody collects counts as gone. For processes
  /// of a single thread.
  static boolean isAlive(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), ISO_8859_1);
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }
}
