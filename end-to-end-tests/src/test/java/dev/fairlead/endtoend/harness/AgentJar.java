package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Our agent, run from its jar, as on a device: configured by its environment alone.
public final class AgentJar implements AutoCloseable {

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private final Process process;
  private final Path log;

  private AgentJar(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /// Starts an agent.
  ///
  /// @param environment its settings
  /// @param directory for its log and its state
  public static AgentJar start(Map<String, String> environment, Path directory) {
    Path log = directory.resolve("agent.log");
    ProcessBuilder builder = new ProcessBuilder(ServiceJar.command("agent"));
    builder.environment().keySet().removeIf(variable -> variable.startsWith("FAIRLEAD_"));
    builder.environment().put("FAIRLEAD_AGENT_STATE_DIR", directory.resolve("agent").toString());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    try {
      AgentJar agent = new AgentJar(builder.start(), log);
      Runtime.getRuntime().addShutdownHook(new Thread(agent.process::destroyForcibly));
      return agent;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    ProcessLogs.keep(log);
  }
}
