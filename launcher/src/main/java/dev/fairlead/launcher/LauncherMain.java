package dev.fairlead.launcher;

import dev.fairlead.launcher.data.DataDirectory;
import dev.fairlead.runtime.server.TlsFiles;
import dev.fairlead.runtime.settings.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The entry of `./fairlead up`.
@Command(
    name = "fairlead",
    subcommands = LauncherMain.Up.class,
    synopsisSubcommandLabel = "COMMAND")
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
    List<String> problems =
        failure instanceof SettingsException wrong
            ? wrong.problems()
            : String.valueOf(failure.getMessage()).lines().limit(1).toList();
    problems.forEach(problem -> System.err.println("fairlead: " + problem));
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

    @Option(
        names = "--tls-certificate",
        paramLabel = "FILE",
        description = "The server's certificate and what leads to its authority, as PEM.")
    private @Nullable Path tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key, as PEM (PKCS #8).")
    private @Nullable Path tlsKey;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Says this.")
    // picocli sets it, and acts on it as well.
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Override
    public Integer call() throws Exception {
      Path directory =
          data == null
              ? LauncherOptions.dataDefault(System.getenv(), System.getProperty("user.home", "."))
              : data;
      LauncherOptions options =
          new LauncherOptions(directory.toAbsolutePath(), port, !noAgent, agentExec, tls());
      // First of all: one who cannot have the directory must not write its logs either.
      DataDirectory held = DataDirectory.open(options.data());
      // Before the first logger is made. Named: each service brings a configuration of its own.
      System.setProperty("logback.configurationFile", "launcher-logback.xml");
      System.setProperty("fairlead.logs", options.data().resolve("logs").toString());
      // The agent logs with the JDK's own means.
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
      Launcher.run(options, held, System.getenv(), System.out);
      return 0;
    }

    private Optional<TlsFiles> tls() {
      Path certificate = tlsCertificate;
      Path key = tlsKey;
      if (certificate == null && key == null) {
        return Optional.empty();
      }
      if (certificate == null || key == null) {
        throw new IllegalArgumentException("--tls-certificate and --tls-key go together");
      }
      return Optional.of(TlsFiles.given(certificate, key));
    }
  }
}
