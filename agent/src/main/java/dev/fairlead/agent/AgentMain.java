package dev.fairlead.agent;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// Runs an agent as a process of its own, until SIGTERM or SIGINT.
public final class AgentMain {

  private static final int EXIT_MISCONFIGURED = 2;
  private static final int EXIT_CANNOT_START = 1;

  private AgentMain() {}

  /// Runs the agent that `FAIRLEAD_AGENT_…` describes. Exits with 2 if they are wrong and with 1
  /// if the agent cannot be started, and one line that says why.
  public static void main(String[] arguments) throws InterruptedException {
    int failed = run(System.getenv(), System.err);
    if (failed != 0) {
      System.exit(failed);
    }
    new CountDownLatch(1).await();
  }

  /// Starts the agent and has it closed when the JVM ends.
  ///
  /// @return 0, or what to exit with
  static int run(Map<String, String> environment, PrintStream errors) {
    try {
      Agent agent = Agent.start(AgentConfig.read(environment));
      Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "agent-shutdown"));
      return 0;
    } catch (ConfigException e) {
      errors.println("agent misconfigured: " + e.getMessage());
      return EXIT_MISCONFIGURED;
    } catch (IOException e) {
      errors.println("agent cannot start: " + e.getMessage());
      return EXIT_CANNOT_START;
    }
  }
}
