package dev.fairlead.command.batch;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.command.api.CommandDocument;
import dev.fairlead.command.api.CommandRoutes;
import dev.fairlead.command.api.RequestReader;
import dev.fairlead.command.api.SendRequest;
import dev.fairlead.command.batch.BatchDocument.Refusal;
import dev.fairlead.command.cancellation.Cancellations;
import dev.fairlead.command.cancellation.PgCancellations;
import dev.fairlead.command.device.KnownDevices;
import dev.fairlead.command.idempotency.PgIdempotency.Claim;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.command.lifecycle.PgBatches;
import dev.fairlead.command.lifecycle.PgBatches.View;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.command.submission.NewCommand;
import dev.fairlead.command.submission.PgSubmissions;
import dev.fairlead.command.submission.Submission;
import dev.fairlead.command.submission.Submission.Accepted;
import dev.fairlead.command.submission.Submission.Answer;
import dev.fairlead.command.submission.Submission.Postponed;
import dev.fairlead.command.submission.Submission.Refused;
import dev.fairlead.command.submission.Submission.Repeated;
import dev.fairlead.command.submission.Submitter;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.tracing.TraceContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Serves the operations on many commands at once.
public final class BatchRoutes {

  static final String PATH = "/api/v1/commands/batches/";

  /// How many commands one transaction writes: others want their devices meanwhile.
  private static final int PART = 500;

  private static final int PART_BYTES = 4 * 1024 * 1024;

  private final RequestReader reader;
  private final PgBatchStarts starts;
  private final PgSubmissions submissions;
  private final PgBatches batches;
  private final Cancellations cancellations;
  private final KnownDevices devices;
  private final RegistryFilters filters;
  private final Submitter submitter;

  /// Makes the operations.
  public BatchRoutes(
      RequestReader reader,
      PgBatchStarts starts,
      PgSubmissions submissions,
      PgBatches batches,
      Cancellations cancellations,
      KnownDevices devices,
      RegistryFilters filters,
      Submitter submitter) {
    this.reader = reader;
    this.starts = starts;
    this.submissions = submissions;
    this.batches = batches;
    this.cancellations = cancellations;
    this.devices = devices;
    this.filters = filters;
    this.submitter = submitter;
  }

  /// Binds the operations.
  public ApiRouter.Builder bind(ApiRouter.Builder builder) {
    return builder
        .operation("sendCommandBatch", this::send)
        .operation("getCommandBatch", this::get)
        .operation("listBatchCommands", this::list)
        .operation("cancelCommandBatch", this::cancel)
        .operation("cancelSomeCommands", this::cancelSome);
  }

  private ApiResponse send(ApiRequest request) {
    BatchRequest wanted = BatchRequest.read(request.bodyBytes());
    Instant deadline = reader.deadline(wanted.command().deadline());
    TenantId tenant = new TenantId(request.tenant());
    // Who may send none at the moment shall not have the registry look for devices.
    submitter.takeNote(tenant, 0);
    List<DeviceKey> named = devices(request, wanted);
    submitter.takeNote(tenant, named.size());
    Set<DeviceKey> known = devices.known(named, request.group()).await();
    UUID fresh = UUID.randomUUID();
    Optional<Claim> claim = reader.claim(request, "batches", fresh);
    UUID id = starts.begin(fresh, claim, request.act()).await();
    List<Refusal> refused = new ArrayList<>();
    List<NewCommand> commands = new ArrayList<>(known.size());
    for (DeviceKey device : named) {
      if (known.contains(device)) {
        commands.add(command(id, device, wanted.command(), deadline, request.trace()));
      } else {
        refused.add(
            Refusal.of(
                device.device().value(),
                CommandProblems.deviceNotFound(device.device()).problem()));
      }
    }
    int accepted = submit(commands, refused);
    return ApiResponse.accepted(
        PATH + id, new BatchDocument.Sent(id.toString(), accepted, refused));
  }

  private List<DeviceKey> devices(ApiRequest request, BatchRequest wanted) {
    List<String> ids =
        wanted
            .filter()
            .map(
                filter -> filters.devices(filter, asker(request), BatchRequest.DEVICES_MAX).await())
            .orElse(wanted.devices());
    return ids.stream().map(id -> DeviceKey.of(request.tenant(), id)).toList();
  }

  private static RegistryFilters.Asker asker(ApiRequest request) {
    return new RegistryFilters.Asker(
        request.passedOn().orElseThrow(CommandProblems::noKey), request.tenant());
  }

  private static NewCommand command(
      UUID batch,
      DeviceKey device,
      SendRequest wanted,
      Instant deadline,
      Optional<TraceContext> trace) {
    return new NewCommand(
        CommandId.random(),
        device,
        wanted.kind(),
        wanted.body(),
        wanted.order(),
        deadline,
        wanted.notifying(),
        wanted.correlation(),
        Optional.empty(),
        Optional.of(batch),
        Optional.empty(),
        trace);
  }

  /// @return how many are kept, now or from an earlier request with the same key
  private int submit(List<NewCommand> commands, List<Refusal> refused) {
    int bytes =
        commands.stream()
            .findFirst()
            .flatMap(NewCommand::body)
            .map(body -> body.bytes().length)
            .orElse(0);
    int part = Math.clamp(PART_BYTES / (bytes + 1), 1, PART);
    int kept = 0;
    for (int from = 0; from < commands.size(); from += part) {
      List<NewCommand> some = commands.subList(from, Math.min(commands.size(), from + part));
      List<Submission> answers = submissions.submit(some).await();
      List<Accepted> accepted = new ArrayList<>(some.size());
      for (int index = 0; index < some.size(); index++) {
        NewCommand command = some.get(index);
        switch (answered(command, answers.get(index))) {
          case Accepted fresh -> accepted.add(fresh);
          case Repeated _ -> kept++;
          case Refused no ->
              refused.add(Refusal.of(command.device().device().value(), no.problem().problem()));
        }
      }
      submitter.accepted(accepted);
      kept += accepted.size();
    }
    return kept;
  }

  private Answer answered(NewCommand command, Submission submission) {
    return switch (submission) {
      case Answer answer -> answer;
      case Postponed _ -> submissions.submitAlone(command).await();
    };
  }

  private ApiResponse get(ApiRequest request) {
    View view = view(request);
    return ApiResponse.ok(BatchDocument.Progress.of(view.batch(), states(view)));
  }

  private Map<CommandState, Integer> states(View view) {
    Map<CommandState, Integer> states = batches.states(view).await();
    if (states.isEmpty()) {
      throw CommandProblems.batchNotFound(view.batch().toString());
    }
    return states;
  }

  private static View view(ApiRequest request) {
    String text = request.path("batch");
    return CommandId.parse(text)
        .map(id -> new View(request.tenant(), id.value(), request.group()))
        .orElseThrow(() -> CommandProblems.batchNotFound(text));
  }

  private ApiResponse list(ApiRequest request) {
    View view = view(request);
    Paging paging = Paging.of(request);
    Optional<CommandState> state = request.query("state").flatMap(CommandState::of);
    String after = paging.after(1).map(List::getFirst).orElse("");
    List<Command> found = batches.list(view, state, after, paging.limit() + 1).await();
    if (found.isEmpty()) {
      states(view);
    }
    Paging.Page<Command> page =
        paging.page(found, command -> List.of(command.device().device().value()));
    return ApiResponse.ok(
        new Paging.Page<>(page.items().stream().map(CommandDocument::of).toList(), page.next()));
  }

  private ApiResponse cancel(ApiRequest request) {
    View view = view(request);
    states(view);
    return cancelled(request, batches.unfinished(view).await());
  }

  private ApiResponse cancelSome(ApiRequest request) {
    List<CommandId> ids =
        request.body(Some.class).ids().stream()
            .distinct()
            .flatMap(text -> CommandId.parse(text).stream())
            .toList();
    return cancelled(request, ids);
  }

  /// The body of `cancelSomeCommands`.
  private record Some(List<String> ids) {}

  private ApiResponse cancelled(ApiRequest request, List<CommandId> ids) {
    int cancelled = 0;
    for (int from = 0; from < ids.size() || from == 0; from += PART) {
      cancelled +=
          cancellations
              .cancel(
                  new PgCancellations.Some(
                      request.tenant(),
                      request.group(),
                      ids.subList(from, Math.min(ids.size(), from + PART))),
                  request.principal().id(),
                  from == 0 ? Optional.of(request.act()) : Optional.empty())
              .await();
    }
    return ApiResponse.ok(new CommandRoutes.CancelledCount(cancelled));
  }
}
