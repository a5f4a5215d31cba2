package dev.fairlead.command.stream;

import dev.fairlead.bus.feed.FeedStream;
import dev.fairlead.bus.feed.FeedStreams;
import dev.fairlead.bus.feed.PgFeed;
import dev.fairlead.bus.feed.Position;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.command.api.CommandRoutes;
import dev.fairlead.command.device.KnownDevices;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The steps of commands as streams: of one command, of a device's, of a tenant's.
public final class CommandStreamRoutes {

  private final CommandRoutes commands;
  private final KnownDevices devices;
  private final PgCommandFeeds feeds;

  /// @param commands finds the command that a request names
  public CommandStreamRoutes(CommandRoutes commands, KnownDevices devices, PgCommandFeeds feeds) {
    this.commands = commands;
    this.devices = devices;
    this.feeds = feeds;
  }

  /// Binds the operations.
  public ApiRouter.Builder bind(ApiRouter.Builder builder) {
    return builder
        .operation("streamCommand", this::ofCommand)
        .operation("streamDeviceCommands", this::ofDevice)
        .operation("streamCommands", this::ofTenant);
  }

  private ApiResponse ofCommand(ApiRequest request) {
    CommandId id = commands.named(request).id();
    PgFeed<CommandStepFilter> feed = feeds.ofCommand();
    return stream(
        feed,
        filter(request, Optional.of(id), Optional.empty()),
        FeedStreams.position(request).orElseGet(() -> feed.horizon().await()));
  }

  private ApiResponse ofDevice(ApiRequest request) {
    DeviceKey device = DeviceKey.of(request.tenant(), request.path("id"));
    if (!devices.exists(device).await()) {
      throw CommandProblems.deviceNotFound(device.device());
    }
    return fromNow(
        request, filter(request, Optional.empty(), Optional.of(device.device().value())));
  }

  private ApiResponse ofTenant(ApiRequest request) {
    return fromNow(request, filter(request, Optional.empty(), Optional.empty()));
  }

  private ApiResponse fromNow(ApiRequest request, CommandStepFilter filter) {
    PgFeed<CommandStepFilter> feed = feeds.ofDevices();
    return stream(feed, filter, FeedStreams.position(request).orElseGet(() -> feed.end().await()));
  }

  /// Where nothing is to come any more the answer is 204: browsers do not come back then.
  private ApiResponse stream(
      PgFeed<CommandStepFilter> feed, CommandStepFilter filter, Position from) {
    FeedStream<CommandStepFilter> stream =
        feeds
            .streams()
            .open(
                feed,
                filter.tenant(),
                filter,
                from,
                "Too many follow the commands of this tenant here.");
    try {
      return stream.begin().await() ? stream.answer() : ApiResponse.noContent();
    } finally {
      stream.stopUnlessAnswered();
    }
  }

  private static CommandStepFilter filter(
      ApiRequest request, Optional<CommandId> command, Optional<String> device) {
    Set<CommandState> states =
        request.queryAll("state").stream()
            .flatMap(word -> CommandState.of(word).stream())
            .collect(Collectors.toUnmodifiableSet());
    return new CommandStepFilter(
        new TenantId(request.tenant()), command, device, states, request.group());
  }
}
