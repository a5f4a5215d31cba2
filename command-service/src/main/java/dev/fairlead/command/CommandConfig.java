package dev.fairlead.command;

import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.command.api.CommandRoutes;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.http.ApiSettings;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.settings.Settings;
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
public record CommandConfig(
    Optional<HttpServerSettings> http,
    ApiSettings api,
    DatabaseSettings database,
    BusSettings bus,
    CommandSettings commands,
    FeedSettings changes,
    LimitSettings limits) {

  /// How many requests may wait for a command to end.
  public static final int WAITERS_MAX = 10_000;

  private static final int PORT_DEFAULT = 8083;

  /// Reads the settings of a process of its own.
  public static CommandConfig from(Settings settings) {
    return new CommandConfig(
        Optional.of(HttpServerSettings.from(settings, PORT_DEFAULT)),
        api(ApiSettings.from(settings, "command")),
        DatabaseSettings.from(settings),
        BusSettings.from(settings),
        CommandSettings.from(settings),
        FeedSettings.from(
            settings,
            "COMMAND_CHANGE",
            "How long a step of a command can be followed.",
            "How many streams of commands a command service serves to one tenant at once."),
        LimitSettings.from(settings));
  }

  /// The same for a service that is handed its requests.
  public CommandConfig withoutHttp() {
    return new CommandConfig(Optional.empty(), api, database, bus, commands, changes, limits);
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
        limits);
  }

  /// The same with room for those who wait, and bodies within the bound of a command's.
  private static ApiSettings api(ApiSettings read) {
    return read.withBounds(
        Math.min(read.bodyBytesMax(), Payload.BYTES_MAX),
        read.requestsMax() + WAITERS_MAX,
        read.timeout().plus(CommandRoutes.WAIT_MAX));
  }
}
