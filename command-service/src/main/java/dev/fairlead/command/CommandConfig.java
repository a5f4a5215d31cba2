package dev.fairlead.command;

import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.command.api.CommandRoutes;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.http.ApiSettings;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.tracing.TracingSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/// The configuration of the command service.
///
/// @param http where to listen; empty for a service whose requests somebody else brings
/// @param api the bounds of the interface; waiting requests come on top of them
/// @param database where its rows are
/// @param bus where the topics are
/// @param commands times and bounds of commands
/// @param changes the bounds of the streams of steps
/// @param limits what tenants may
/// @param registry where the registry's interface is, by which filters are answered
/// @param tracing whether commands are traced
public record CommandConfig(
    Optional<HttpServerSettings> http,
    ApiSettings api,
    DatabaseSettings database,
    BusSettings bus,
    CommandSettings commands,
    FeedSettings changes,
    LimitSettings limits,
    URI registry,
    TracingSettings tracing) {

  /// How many requests may wait for a command to end.
  public static final int WAITERS_MAX = 10_000;

  private static final int PORT_DEFAULT = 8083;
  private static final String REGISTRY_DEFAULT = "http://127.0.0.1:8082";

  /// Reads the settings of a process of its own.
  public static CommandConfig from(Settings settings) {
    CommandSettings commands = CommandSettings.from(settings);
    FeedSettings changes =
        FeedSettings.from(
            settings,
            "COMMAND_CHANGE",
            "How long a step of a command can be followed.",
            "How many streams of commands a command service serves to one tenant at once.");
    if (commands.retention().compareTo(changes.kept()) < 0) {
      settings.problem(
          Settings.PREFIX + "COMMAND_RETENTION must not be below COMMAND_CHANGE_RETENTION");
    }
    return new CommandConfig(
        Optional.of(HttpServerSettings.from(settings, PORT_DEFAULT)),
        api(ApiSettings.from(settings, "command")),
        DatabaseSettings.from(settings),
        BusSettings.from(settings),
        commands,
        changes,
        LimitSettings.from(settings),
        registry(settings),
        TracingSettings.from(settings));
  }

  private static URI registry(Settings settings) {
    String text =
        settings.text(
            "REGISTRY_URL",
            REGISTRY_DEFAULT,
            "Where the registry's interface is, for commands to all devices that meet a filter.");
    try {
      URI uri = new URI(text);
      if (List.of("http", "https").contains(uri.getScheme()) && uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    settings.problem(Settings.PREFIX + "REGISTRY_URL must be such as " + REGISTRY_DEFAULT);
    return URI.create(REGISTRY_DEFAULT);
  }

  /// The same for a service that is handed its requests.
  public CommandConfig withoutHttp() {
    return new CommandConfig(
        Optional.empty(), api, database, bus, commands, changes, limits, registry, tracing);
  }

  /// A configuration without a server.
  public static CommandConfig withoutServer(
      DatabaseSettings database, BusSettings bus, CommandSettings commands, LimitSettings limits) {
    return new CommandConfig(
        Optional.empty(),
        api(ApiSettings.of("command")),
        database,
        bus,
        commands,
        FeedSettings.DEFAULT,
        limits,
        URI.create(REGISTRY_DEFAULT),
        TracingSettings.OFF);
  }

  /// The same with room for those who wait.
  private static ApiSettings api(ApiSettings read) {
    return read.withBounds(
        read.bodyBytesMax(),
        read.requestsMax() + WAITERS_MAX,
        read.timeout().plus(CommandRoutes.WAIT_MAX));
  }
}
