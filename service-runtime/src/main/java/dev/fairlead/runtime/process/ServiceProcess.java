package dev.fairlead.runtime.process;

import dev.fairlead.runtime.health.ManagementServer;
import dev.fairlead.runtime.metrics.Metrics;
import dev.fairlead.runtime.settings.Setting;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.settings.SettingsException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a service as a process of its own.
///
/// ```java
/// void main(String[] arguments) {
///   ServiceProcess.of("registry", 9092, RegistryConfig::from, RegistryService::create)
///       .migratedBy(config -> Migrations.run(config.database(), "registry"))
///       .run(arguments);
/// }
/// ```
///
/// Without an argument the service is started; `--check` reads and prints the settings, `--migrate`
/// brings the schema up to date, `--help` tells these and what else the service can do. SIGTERM and
/// SIGINT stop the service within `FAIRLEAD_STOP_TIMEOUT`. Whatever fails is told in one line on
/// standard error, and the process ends with 1; with 2 for arguments that nobody knows.
///
/// @param <C> the configuration of the service
public final class ServiceProcess<C> {
  private static final Logger log = LoggerFactory.getLogger(ServiceProcess.class);
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private final String name;
  private final Function<Settings, C> configuration;
  private final ServiceFactory<C> factory;
  private final @Nullable Consumer<C> migration;
  private final int managementPort;
  private final Map<String, Task<C>> tasks;

  /// Something else that a service can do, instead of being started.
  ///
  /// @param <C> the configuration of the service
  @FunctionalInterface
  public interface Task<C> {
    /// Does it; may block.
    ///
    /// @param file the one that was named, `--task=FILE`
    /// @param out takes what is found, for people
    /// @return whether all is well; the process ends with 1 where it is not
    boolean run(C config, Optional<Path> file, PrintStream out);
  }

  private ServiceProcess(
      String name,
      int managementPort,
      Function<Settings, C> configuration,
      ServiceFactory<C> factory,
      @Nullable Consumer<C> migration,
      Map<String, Task<C>> tasks) {
    this.name = name;
    this.managementPort = managementPort;
    this.configuration = configuration;
    this.factory = factory;
    this.migration = migration;
    this.tasks = Map.copyOf(tasks);
  }

  /// A process without migrations.
  ///
  /// @param name the service, `registry` for one
  /// @param managementPort the default of `MANAGEMENT_PORT`, another for each service
  /// @param configuration reads the configuration; the process itself reads [ProcessSettings]
  public static <C> ServiceProcess<C> of(
      String name,
      int managementPort,
      Function<Settings, C> configuration,
      ServiceFactory<C> factory) {
    return new ServiceProcess<>(name, managementPort, configuration, factory, null, Map.of());
  }

  /// The same with what `--migrate` does; it may block.
  public ServiceProcess<C> migratedBy(Consumer<C> migration) {
    return new ServiceProcess<>(name, managementPort, configuration, factory, migration, tasks);
  }

  /// The same with one more thing that can be asked for, with a file or without.
  ///
  /// @param argument by which, `--verify-audit` for one
  public ServiceProcess<C> with(String argument, Task<C> task) {
    Map<String, Task<C>> more = new TreeMap<>(tasks);
    more.put(argument, task);
    return new ServiceProcess<>(name, managementPort, configuration, factory, migration, more);
  }

  /// Does what the arguments say with the environment of the process. Returns when the service is
  /// ready and goes on in threads of its own; everything else ends the process.
  @SuppressWarnings("SystemExitOutsideMain") // this is what every main does
  public void run(String... arguments) {
    Outcome outcome = execute(List.of(arguments), System.getenv(), System.out, System.err);
    outcome
        .running()
        .ifPresent(
            process ->
                Runtime.getRuntime().addShutdownHook(new Thread(process::stop, name + "-stop")));
    outcome.exitCode().ifPresent(System::exit);
  }

  Outcome execute(
      List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
    Optional<Asked<C>> task =
        arguments.size() == 1 ? asked(arguments.getFirst()) : Optional.empty();
    Optional<Arguments> asked =
        task.isPresent() ? Optional.of(Arguments.TASK) : Arguments.of(arguments);
    if (asked.isEmpty()) {
      err.println(name + ": unknown argument: " + String.join(" ", arguments) + "; " + usage());
      return Outcome.exit(USAGE);
    }
    if (asked.get() == Arguments.HELP) {
      out.println(usage());
      return Outcome.exit(OK);
    }
    Settings settings = Settings.of(environment);
    try {
      ProcessSettings process = ProcessSettings.from(settings, managementPort);
      C config = configuration.apply(settings);
      settings.finish();
      return switch (asked.get()) {
        case CHECK -> check(settings, out);
        case MIGRATE -> migrate(config, out, err);
        case TASK -> perform(task.orElseThrow(), config, out, err);
        default -> start(process, config, err);
      };
    } catch (SettingsException e) {
      e.problems().forEach(problem -> err.println(name + ": " + problem));
      return Outcome.exit(FAILED);
    } catch (RuntimeException e) {
      return failed("the configuration cannot be used", e, err);
    }
  }

  /// A task, and the file that was named with it.
  private record Asked<C>(Task<C> task, Optional<Path> file) {}

  private Optional<Asked<C>> asked(String argument) {
    int end = argument.indexOf('=');
    Optional<Path> file =
        end < 0 ? Optional.empty() : Optional.of(Path.of(argument.substring(end + 1)));
    return Optional.ofNullable(tasks.get(end < 0 ? argument : argument.substring(0, end)))
        .map(task -> new Asked<>(task, file));
  }

  private String usage() {
    return "usage: "
        + name
        + " [--check | --migrate | "
        + tasks.keySet().stream()
            .sorted()
            .map(task -> task + "[=FILE] | ")
            .collect(Collectors.joining())
        + "--help]; settings are environment variables "
        + Settings.PREFIX
        + "*";
  }

  private static Outcome check(Settings settings, PrintStream out) {
    for (Setting setting : settings.described()) {
      out.println(setting.name() + "=" + setting.value() + (setting.set() ? "" : " (default)"));
    }
    return Outcome.exit(OK);
  }

  private Outcome migrate(C config, PrintStream out, PrintStream err) {
    if (migration == null) {
      err.println(name + ": there is nothing to migrate");
      return Outcome.exit(USAGE);
    }
    try {
      migration.accept(config);
      out.println(name + ": migrated");
      return Outcome.exit(OK);
    } catch (RuntimeException e) {
      return failed("cannot migrate", e, err);
    }
  }

  private Outcome perform(Asked<C> asked, C config, PrintStream out, PrintStream err) {
    try {
      return Outcome.exit(asked.task().run(config, asked.file(), out) ? OK : FAILED);
    } catch (RuntimeException e) {
      return failed("failed", e, err);
    }
  }

  private Outcome start(ProcessSettings settings, C config, PrintStream err) {
    PrometheusMeterRegistry meters = Metrics.create(name);
    Vertx vertx = VertxInstances.create(meters);
    @Nullable RunningProcess process = null;
    try {
      Service service = factory.create(vertx, config, meters);
      ManagementServer management =
          new ManagementServer(vertx, settings.managementPort(), service.health(), meters);
      process = new RunningProcess(name, vertx, service, management, settings.stopTimeout());
      process.start().await();
      return new Outcome(OptionalInt.empty(), Optional.of(process));
    } catch (Throwable e) { // also what a future failed with, checked or not
      if (process == null) {
        vertx.close().await();
      } else {
        process.stop();
      }
      return failed("cannot start", e, err);
    }
  }

  private Outcome failed(String what, Throwable failure, PrintStream err) {
    log.atError().addKeyValue("service", name).setCause(failure).log(what);
    String reason = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    err.println(name + ": " + what + ": " + failure.getClass().getSimpleName() + ": " + reason);
    return Outcome.exit(FAILED);
  }

  /// What became of the process: it has ended, or it is running.
  record Outcome(OptionalInt exitCode, Optional<RunningProcess> running) {
    static Outcome exit(int code) {
      return new Outcome(OptionalInt.of(code), Optional.empty());
    }
  }
}
