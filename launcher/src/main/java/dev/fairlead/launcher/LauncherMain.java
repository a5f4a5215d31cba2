package dev.fairlead.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The entry of `./fairlead up`.
@Command(
    name = "fairlead",
    subcommands = LauncherMain.Up.class,
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
public final class LauncherMain {

  private static final int FAILED = 1;

  private LauncherMain() {}

  /// Runs the command; a command that fails is told in one line on standard error.
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new LauncherMain());
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(e));
    line.setParameterExceptionHandler((e, args) -> failed(e));
    int code = line.execute(arguments);
    if (code != 0 || !Launcher.isRunning()) {
      System.exit(code);
    }
  }

  private static int failed(Exception failure) {
    String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    System.err.println("fairlead: " + message);
    return FAILED;
  }

  /// Runs the whole product.
  @Command(name = "up", description = "Runs the whole product on embedded defaults.")
  static final class Up implements java.util.concurrent.Callable<Integer> {

    @Option(names = "--data", paramLabel = "DIR", description = "Where everything is kept.")
    private @Nullable Path data;

    @Option(names = "--port", paramLabel = "N", description = "Port of plain HTTP on 127.0.0.1.")
    private int port = LauncherOptions.PORT_DEFAULT;

    @Option(names = "--no-agent", description = "Do not make this machine a device.")
    private boolean noAgent;

    @Option(
        names = "--agent-exec",
        paramLabel = "NAME",
        split = ",",
        description = "Programs that the agent may run besides uname, uptime and df.")
    private final List<String> agentExec = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
      Path directory =
          data == null
              ? LauncherOptions.dataDefault(System.getenv(), System.getProperty("user.home", "."))
              : data;
      LauncherOptions options =
          new LauncherOptions(directory.toAbsolutePath(), port, !noAgent, agentExec);
      // Before the first logger is made. Named, because each service's jar brings a configuration too.
      System.setProperty("logback.configurationFile", "launcher-logback.xml");
      System.setProperty("fairlead.logs", options.data().resolve("logs").toString());
      // The agent logs with the JDK's own means.
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
      Launcher.run(options, System.getenv(), System.out);
      return 0;
    }
  }
}
