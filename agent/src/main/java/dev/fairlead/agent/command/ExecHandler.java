package dev.fairlead.agent.command;

import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// `exec`: runs an allowed program with its arguments, without a shell and without input. Answers
/// `exitCode`, `stdout`, `stderr` and `truncated`; succeeds with exit code 0. Whatever ends the
/// command early kills the program and its children.
public final class ExecHandler implements CommandHandler {

  /// Most bytes kept of either stream.
  static final int OUTPUT_BYTES_MAX = 64 << 10;

  private static final String SETTINGS_PREFIX = "FAIRLEAD_";
  private static final Duration OUTPUT_PATIENCE = Duration.ofSeconds(1);

  private final AllowedPrograms allowed;
  private final Path workingDirectory;

  /// Runs those programs in that directory.
  public ExecHandler(AllowedPrograms allowed, Path workingDirectory) {
    this.allowed = allowed;
    this.workingDirectory = workingDirectory;
  }

  @Override
  public Outcome run(Body body, Duration timeLeft) throws InterruptedException {
    Optional<ExecRequest> request = ExecRequest.read(body);
    if (request.isEmpty()) {
      return Outcome.rejected("the body must be {\"argv\": [texts], \"timeoutMs\"?: 1 to 600000}");
    }
    String program = request.get().argv().getFirst();
    if (!allowed.allows(program)) {
      return Outcome.rejected("not on the allow-list: " + program);
    }
    Optional<Path> file = allowed.find(program);
    if (file.isEmpty()) {
      return Outcome.failed("not installed: " + program);
    }
    Duration timeout = request.get().timeout();
    return run(
        file.get(), request.get().argv(), timeout.compareTo(timeLeft) < 0 ? timeout : timeLeft);
  }

  private Outcome run(Path file, List<String> argv, Duration timeout) throws InterruptedException {
    List<String> command = new ArrayList<>(argv);
    command.set(0, file.toString());
    Process process;
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(workingDirectory.toFile());
      removeSettings(builder.environment());
      process = builder.start();
    } catch (IOException e) {
      return Outcome.failed("cannot be started: " + e.getMessage());
    }
    try {
      return follow(process, timeout);
    } finally {
      kill(process);
    }
  }

  /// A program is not to see the agent's token, or what else this process was given.
  static void removeSettings(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.startsWith(SETTINGS_PREFIX));
  }

  private static Outcome follow(Process process, Duration timeout) throws InterruptedException {
    endInput(process);
    BoundedOutput stdout = BoundedOutput.of(process.getInputStream(), OUTPUT_BYTES_MAX);
    BoundedOutput stderr = BoundedOutput.of(process.getErrorStream(), OUTPUT_BYTES_MAX);
    boolean ended = process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
    if (!ended) {
      kill(process);
    }
    stdout.awaitEnd(OUTPUT_PATIENCE);
    stderr.awaitEnd(OUTPUT_PATIENCE);
    Map<String, Value> answer = new LinkedHashMap<>();
    if (ended) {
      answer.put("exitCode", Value.of(process.exitValue()));
    }
    answer.put("stdout", Value.of(stdout.text()));
    answer.put("stderr", Value.of(stderr.text()));
    answer.put("truncated", Value.of(stdout.truncated() || stderr.truncated()));
    if (!ended) {
      return Outcome.failed("killed after " + timeout.toMillis() + " ms", answer);
    }
    return process.exitValue() == 0
        ? Outcome.succeeded(answer)
        : Outcome.failed("exit code " + process.exitValue(), answer);
  }

  private static void endInput(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException _) {
      // It has closed its input itself.
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    Process _ = process.destroyForcibly();
  }
}
