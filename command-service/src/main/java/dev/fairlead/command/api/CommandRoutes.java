package dev.fairlead.command.api;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.cancellation.Cancellations;
import dev.fairlead.command.device.KnownDevices;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.command.submission.NewCommand;
import dev.fairlead.command.submission.Submission.Accepted;
import dev.fairlead.command.submission.Submission.Answer;
import dev.fairlead.command.submission.Submission.Refused;
import dev.fairlead.command.submission.Submission.Repeated;
import dev.fairlead.command.submission.SubmissionGroups;
import dev.fairlead.command.submission.Submitter;
import dev.fairlead.command.waiting.Waiters;
import dev.fairlead.command.waiting.Waiters.Waiter;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.text.Units;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Serves the operations of `command/openapi.yaml`.
public final class CommandRoutes {

  /// The longest that a request waits for its command.
  public static final Duration WAIT_MAX = Duration.ofSeconds(60);

  private final RequestReader reader;
  private final PgCommandStore commands;
  private final SubmissionGroups submissions;
  private final Cancellations cancellations;
  private final KnownDevices devices;
  private final Submitter submitter;
  private final Waiters waiters;

  /// Makes the operations.
  public CommandRoutes(
      RequestReader reader,
      PgCommandStore commands,
      SubmissionGroups submissions,
      Cancellations cancellations,
      KnownDevices devices,
      Submitter submitter,
      Waiters waiters) {
    this.reader = reader;
    this.commands = commands;
    this.submissions = submissions;
    this.cancellations = cancellations;
    this.devices = devices;
    this.submitter = submitter;
    this.waiters = waiters;
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
    submitter.takeNote(wanted.device().tenant(), 1);
    if (wait.isZero()) {
      return answer(submitted(request, wanted));
    }
    // Taken before the command can end: its end is not missed, and need not be looked for.
    Optional<Waiter> place = waiters.enter(wanted.id());
    if (place.isEmpty()) {
      return answer(submitted(request, wanted));
    }
    try (Waiter waiter = place.get()) {
      Command command = submitted(request, wanted);
      return answer(
          command.id().equals(wanted.id())
              ? ended(command, waiter, wait)
              : waitedFor(command, wait));
    }
  }

  private Command submitted(ApiRequest request, NewCommand wanted) {
    return switch (submit(wanted).await()) {
      case Accepted accepted -> accepted(accepted);
      case Repeated repeated -> find(request.tenant(), repeated.id());
      case Refused refused -> throw refused.problem();
    };
  }

  /// Who was told that a device was made can command it.
  private Future<Answer> submit(NewCommand wanted) {
    return submissions
        .submit(wanted)
        .compose(
            submission ->
                submission instanceof Refused refused
                        && refused.problem().problem().type() == ProblemType.DEVICE_NOT_FOUND
                    ? devices
                        .exists(wanted.device())
                        .compose(
                            exists ->
                                exists
                                    ? submissions.submit(wanted)
                                    : Future.succeededFuture(submission))
                    : Future.succeededFuture(submission));
  }

  private Command accepted(Accepted accepted) {
    submitter.accepted(List.of(accepted));
    return accepted.command();
  }

  private NewCommand wanted(ApiRequest request) {
    SendRequest body = SendRequest.read(request.bodyBytes());
    DeviceKey device = device(request);
    CommandId id = CommandId.random();
    return new NewCommand(
        id,
        device,
        body.kind(),
        body.body(),
        body.order(),
        reader.deadline(body.deadline()),
        body.notifying(),
        body.correlation(),
        reader.claim(request, device.toString(), id.value()),
        Optional.empty(),
        Optional.of(request.act()),
        request.trace());
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

  /// Waits for a command that was asked for before. Where no place is left to wait in, the caller
  /// is answered at once, as when the time runs out.
  private Command waitedFor(Command command, Duration wait) throws InterruptedException {
    if (command.state().isFinal()) {
      return command;
    }
    Optional<Waiter> place = waiters.enter(command.id());
    if (place.isEmpty()) {
      return command;
    }
    try (Waiter waiter = place.get()) {
      // It may have ended before the place was taken.
      return ended(find(command.device().tenant().value(), command.id()), waiter, wait);
    }
  }

  /// The command as it is once it has ended, or the time is over.
  private Command ended(Command command, Waiter waiter, Duration wait) throws InterruptedException {
    if (command.state().isFinal()) {
      return command;
    }
    waiter.await(wait);
    return find(command.device().tenant().value(), command.id());
  }

  private ApiResponse answer(Command command) {
    String location = command.id().path();
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
    cancellations.cancel(command, request.principal().id(), request.act()).await();
    return ApiResponse.ok(
        CommandDocument.of(find(command.device().tenant().value(), command.id())));
  }

  private ApiResponse cancelAll(ApiRequest request) {
    DeviceKey device = device(request);
    if (!devices.exists(device).await()) {
      throw CommandProblems.deviceNotFound(device.device());
    }
    return ApiResponse.ok(
        new CancelledCount(
            cancellations.cancelAll(device, request.principal().id(), request.act()).await()));
  }

  /// The answer where several are cancelled.
  ///
  /// @param cancelled how many of them had not ended
  public record CancelledCount(int cancelled) {}

  /// The command that a request names.
  public Command named(ApiRequest request) {
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
