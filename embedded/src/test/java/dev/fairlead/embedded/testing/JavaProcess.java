package dev.fairlead.embedded.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A JVM with the class path of this one, for what a test wants to freeze or kill. It says in a
/// line beginning with `ready: ` that it has started, and ends when this JVM does, since its
/// standard input then ends.
public final class JavaProcess implements AutoCloseable {
  private static final String READY = "ready: ";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);

  /// No optimising compiler, the smallest collector.
  private static final List<String> SHORT_LIFE =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final List<String> JVM_OPTIONS =
      List.of(
          "-XX:+UseCompactObjectHeaders",
          "-Xmx512m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final Process process;
  private final String ready;

  private JavaProcess(Process process, String ready) {
    this.process = process;
    this.ready = ready;
  }

  /// Starts `main` and waits until it is ready.
  ///
  /// @throws IllegalStateException if it ends instead, or is not ready after a minute
  public static JavaProcess start(Class<?> main, String... arguments) {
    return start(List.of(), System.getProperty("java.class.path"), main, arguments);
  }

  /// Starts `main` for minutes of hard work: compiled as well as can be.
  ///
  /// @throws IllegalStateException if it ends instead, or is not ready after a minute
  static JavaProcess startForLong(Class<?> main, String... arguments) {
    return start(List.of(), List.of(), System.getProperty("java.class.path"), main, arguments);
  }

  /// Starts `main` with a class path of its own behind a command such as `setpriv …`.
  public static JavaProcess start(
      List<String> prefix, String classPath, Class<?> main, String... arguments) {
    return start(prefix, SHORT_LIFE, classPath, main, arguments);
  }

  private static JavaProcess start(
      List<String> prefix,
      List<String> options,
      String classPath,
      Class<?> main,
      String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(JVM_OPTIONS);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      return new JavaProcess(process, awaitReady(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String awaitReady(Process process) {
    CompletableFuture<String> ready = new CompletableFuture<>();
    Thread.ofVirtual().name("output-of-" + process.pid()).start(() -> read(process, ready));
    try {
      return ready.orTimeout(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    } catch (RuntimeException e) {
      process.destroyForcibly();
      throw new IllegalStateException("process did not become ready", e);
    }
  }

  /// Reads on after the line it looks for: a full pipe would stop the process.
  private static void read(Process process, CompletableFuture<String> ready) {
    List<String> before = new ArrayList<>();
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(READY)) {
          ready.complete(line.substring(READY.length()));
        } else if (!ready.isDone()) {
          before.add(line);
        }
      }
      ready.completeExceptionally(new IllegalStateException("ended, having said: " + before));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  /// What followed `ready: `.
  public String ready() {
    return ready;
  }

  public long pid() {
    return process.pid();
  }

  /// Stops it from running (SIGSTOP); its sockets stay open.
  public void freeze() {
    Processes.freeze(List.of(pid()));
  }

  /// Lets it run on (SIGCONT).
  public void thaw() {
    Processes.thaw(List.of(pid()));
  }

  /// Ends it at once (SIGKILL) and waits for that.
  public void kill() {
    process.destroyForcibly();
    try {
      // Not by its state in /proc: that tells of one thread, while others may still hold its locks.
      if (!process.waitFor(KILL_TIMEOUT)) {
        throw new IllegalStateException("process " + pid() + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
