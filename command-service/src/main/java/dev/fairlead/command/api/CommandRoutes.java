package dev.fairlead.command.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.api.Submission.Accepted;
import dev.fairlead.command.api.Submission.Repeated;
import dev.fairlead.command.device.KnownDevices;
import dev.fairlead.command.dispatch.CommandDispatcher;
import dev.fairlead.command.dispatch.CommandSender;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.limit.CommandPace;
import dev.fairlead.command.waiting.PgNotices;
import dev.fairlead.command.waiting.Waiters;
import dev.fairlead.command.waiting.Waiters.Waiter;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.text.Units;
import io.vertx.core.Future;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/// Serves the operations of `command/openapi.yaml`.
public final class CommandRoutes {

  /// The longest that a request waits for its command.
  public static final Duration WAIT_MAX = Duration.ofSeconds(60);

  static final String PATH = "/api/v1/commands/";

  private final InstantSource clock;
  private final CommandSettings settings;
  private final PgCommandStore commands;
  private final PgSubmissions submissions;
  private final PgCancellations cancellations;
  private final KnownDevices devices;
  private final CommandSender sender;
  private final CommandDispatcher dispatcher;
  private final Waiters waiters;
  private final PgNotices notices;
  private final CommandPace pace;

  /// @param clock by which deadlines are reckoned
  /// @param pace how many commands tenants may send
  public CommandRoutes(
      InstantSource clock,
      CommandSettings settings,
      PgCommandStore commands,
      PgSubmissions submissions,
      PgCancellations cancellations,
      KnownDevices devices,
      CommandSender sender,
      CommandDispatcher dispatcher,
      Waiters waiters,
      PgNotices notices,
      CommandPace pace) {
    this.clock = clock;
    this.settings = settings;
    this.commands = commands;
    this.submissions = submissions;
    this.cancellations = cancellations;
    this.devices = devices;
    this.sender = sender;
    this.dispatcher = dispatcher;
    this.waiters = waiters;
    this.notices = notices;
    this.pace = pace;
  }

  /// Binds the operations, and keys that are kept to a group to its devices.
  public ApiRouter.Builder bind(ApiRouter.Builder builder) {
    return builder
        .groups(
            (tenant, group, device) ->
                devices.isInGroup(DeviceKey.of(tenant, device), group).await())
        .operation("sendCommand", this::send)
        .operation("listCommands", this::list)
        .operation("getCommand", this::get)
        .operation("cancelCommand", this::cancel)
        .operation("cancelCommands", this::cancelAll);
  }

  private ApiResponse send(ApiRequest request) throws InterruptedException {
    Duration wait = wait(request);
    NewCommand wanted = wanted(request);
    pace.take(wanted.device().tenant())
        .ifPresent(
            again -> {
              throw CommandProblems.tooFast(again);
            });
    Command command =
        switch (submit(wanted, request.act()).await()) {
          case Accepted accepted -> accepted(accepted);
          case Repeated repeated -> find(request.tenant(), repeated.id());
        };
    return answer(waitedFor(command, wait));
  }

  private Future<Submission> submit(NewCommand wanted, Act act) {
    return submissions
        .submit(wanted, act)
        .recover(
            failure ->
                failure instanceof ProblemException problem
                        && problem.problem().type() == ProblemType.DEVICE_NOT_FOUND
                    ? submitOnceKnown(wanted, act, problem)
                    : Future.failedFuture(failure));
  }

  private Future<Submission> submitOnceKnown(
      NewCommand wanted, Act act, ProblemException notFound) {
    return devices
        .exists(wanted.device())
        .compose(
            exists -> exists ? submissions.submit(wanted, act) : Future.failedFuture(notFound));
  }

  /// The sending is not waited for: the lease brings back what does not arrive.
  private Command accepted(Accepted accepted) {
    if (!accepted.superseded().isEmpty()) {
      notices.ended(accepted.superseded());
    }
    if (accepted.delivery().isPresent()) {
      Future<?> _ = sender.send(List.of(accepted.delivery().get()));
    } else {
      dispatcher.poke();
    }
    return accepted.command();
  }

  private NewCommand wanted(ApiRequest request) {
    SendRequest body = SendRequest.read(request.bodyBytes());
    DeviceKey device = device(request);
    return new NewCommand(
        CommandId.random(),
        device,
        body.kind(),
        body.body(),
        body.order(),
        deadline(body.deadline()),
        request
            .header("Idempotency-Key")
            .map(key -> new NewCommand.Idempotency(key, fingerprint(device, request.bodyBytes()))));
  }

  private Instant deadline(Optional<String> text) {
    Instant now = clock.instant();
    Instant deadline =
        text.map(written -> deadline(written, now)).orElse(now.plus(settings.deadlineDefault()));
    if (!deadline.isAfter(now) || deadline.isAfter(now.plus(settings.deadlineMax()))) {
      throw CommandProblems.invalid(
          "/deadline", "it must lie ahead, by at most " + settings.deadlineMax());
    }
    return deadline;
  }

  private static Instant deadline(String text, Instant now) {
    Optional<Duration> relative = Units.duration(text);
    if (relative.isPresent()) {
      return now.plus(relative.get());
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw CommandProblems.invalid(
          "/deadline", "write a time such as 2030-01-31T12:00:00Z, or a span such as 30s or 2h");
    }
  }

  private static byte[] fingerprint(DeviceKey device, byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(device.toString().getBytes(UTF_8));
      digest.update((byte) 0);
      return digest.digest(body);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Duration wait(ApiRequest request) {
    return request
        .query("wait")
        .map(
            text ->
                Units.duration(text)
                    .filter(wait -> wait.compareTo(WAIT_MAX) <= 0)
                    .orElseThrow(
                        () ->
                            CommandProblems.invalid(
                                "query/wait", "write a span up to 60s, such as 10s")))
        .orElse(Duration.ZERO);
  }

  /// Where no place is left to wait in, the caller is answered at once, as when the time runs out.
  private Command waitedFor(Command command, Duration wait) throws InterruptedException {
    if (wait.isZero() || command.state().isFinal()) {
      return command;
    }
    Optional<Waiter> place = waiters.enter(command.id());
    if (place.isEmpty()) {
      return command;
    }
    try (Waiter waiter = place.get()) {
      // It may have ended before the place was taken.
      Command now = find(command.device().tenant().value(), command.id());
      if (now.state().isFinal()) {
        return now;
      }
      waiter.await(wait);
      return find(command.device().tenant().value(), command.id());
    }
  }

  private ApiResponse answer(Command command) {
    String location = PATH + command.id();
    CommandDocument document = CommandDocument.of(command);
    return command.state().isFinal()
        ? ApiResponse.ok(document).withHeader("Location", location)
        : ApiResponse.accepted(location, document);
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    DeviceKey device = device(request);
    Optional<CommandState> state = request.query("state").flatMap(CommandState::of);
    long before = paging.after(1).map(texts -> place(texts.getFirst())).orElse(Long.MAX_VALUE);
    List<Command> found = commands.list(device, state, before, paging.limit() + 1).await();
    if (found.isEmpty() && paging.cursor() == null && !devices.exists(device).await()) {
      throw CommandProblems.deviceNotFound(device.device());
    }
    Paging.Page<Command> page =
        paging.page(found, command -> List.of(Long.toString(command.sequence())));
    return ApiResponse.ok(
        new Paging.Page<>(page.items().stream().map(CommandDocument::of).toList(), page.next()));
  }

  private static long place(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw CommandProblems.badCursor();
    }
  }

  private ApiResponse get(ApiRequest request) {
    return ApiResponse.ok(CommandDocument.of(named(request)));
  }

  private ApiResponse cancel(ApiRequest request) {
    Command command = named(request);
    cancellations
        .cancel(command, request.principal().id(), request.act())
        .await()
        .ifPresent(session -> sender.cancel(command.id(), command.device(), session));
    notices.ended(List.of(command.id()));
    dispatcher.poke();
    return ApiResponse.ok(
        CommandDocument.of(find(command.device().tenant().value(), command.id())));
  }

  private ApiResponse cancelAll(ApiRequest request) {
    DeviceKey device = device(request);
    if (!devices.exists(device).await()) {
      throw CommandProblems.deviceNotFound(device.device());
    }
    PgCancellations.Cancelled cancelled =
        cancellations.cancelAll(device, request.principal().id(), request.act()).await();
    cancelled
        .session()
        .ifPresent(
            session ->
                cancelled
                    .commands()
                    .forEach(
                        (id, had) -> {
                          if (had) {
                            sender.cancel(id, device, session);
                          }
                        }));
    notices.ended(cancelled.commands().keySet());
    return ApiResponse.ok(new CancelledCount(cancelled.commands().size()));
  }

  /// The answer of `cancelCommands`.
  record CancelledCount(int cancelled) {}

  /// The command that a request names.
  Command named(ApiRequest request) {
    String text = request.path("id");
    return CommandId.parse(text)
        .map(id -> find(request.tenant(), id))
        .filter(command -> isInGroup(request, command))
        .orElseThrow(() -> CommandProblems.commandNotFound(text));
  }

  /// Whoever is kept to a group sees the commands of its devices alone.
  private boolean isInGroup(ApiRequest request, Command command) {
    return request.group().isEmpty()
        || devices.isInGroup(command.device(), request.group().get()).await();
  }

  private Command find(String tenant, CommandId id) {
    return commands
        .find(tenant, id)
        .await()
        .orElseThrow(() -> CommandProblems.commandNotFound(id.toString()));
  }

  private static DeviceKey device(ApiRequest request) {
    return DeviceKey.of(request.tenant(), request.path("id"));
  }
}
