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
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Signals to processes, and waiting for their end, both by process id.
public final class Processes {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private Processes() {}

  /// Stops processes from running (SIGSTOP), and waits until all their threads have stopped: on a
  /// busy machine the signal takes effect later than it is sent.
  public static void freeze(List<Long> pids) {
    signal("STOP", pids);
    await("stop", () -> pids.stream().filter(Processes::isAlive).allMatch(Processes::isFrozen));
  }

  /// Lets frozen processes run on.
  public static void thaw(List<Long> pids) {
    signal("CONT", pids);
  }

  /// Sends a signal, as `KILL`, to those of the processes that still run.
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
    await("end", () -> pids.stream().noneMatch(Processes::isAlive));
  }

  private static void await(String what, BooleanSupplier reached) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the processes do not " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static boolean isFrozen(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.map(thread -> state(thread.resolve("stat"))).allMatch(state -> state == 'T');
    } catch (IOException e) {
      return false;
    }
  }

  /// Whether it runs or is frozen; one whose status nobody collects counts as gone.
  static boolean isAlive(long pid) {
    char state = state(Path.of("/proc/" + pid + "/stat"));
    return state != 'Z' && state != 'X';
  }

  /// The kernel's letter for a state; `X`, dead, for what is not there.
  private static char state(Path file) {
    try {
      String stat = Files.readString(file, ISO_8859_1);
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return 'X';
    }
  }
}
