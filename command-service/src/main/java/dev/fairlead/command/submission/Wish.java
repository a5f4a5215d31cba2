package dev.fairlead.command.submission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AuditMessage;
import dev.fairlead.bus.schema.JsonSchema;
import dev.fairlead.bus.schema.SchemaCache;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.command.dispatch.Delivery;
import dev.fairlead.command.idempotency.PgIdempotency;
import dev.fairlead.command.idempotency.PgIdempotency.Claim;
import dev.fairlead.command.idempotency.PgIdempotency.Earlier;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.lifecycle.CommandEdit;
import dev.fairlead.command.lifecycle.CommandHead;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.command.lifecycle.HistoryEntry;
import dev.fairlead.command.lifecycle.Order;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.command.lifecycle.PgNewCommands.Fresh;
import dev.fairlead.command.session.LiveSession;
import dev.fairlead.command.submission.Submission.Accepted;
import dev.fairlead.command.submission.Submission.Postponed;
import dev.fairlead.command.submission.Submission.Refused;
import dev.fairlead.command.submission.Submission.Repeated;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.ProblemException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A wanted command on its way through one transaction, and what becomes of it. Belongs to one
/// thread at a time.
final class Wish {

  private static final JsonNode NO_BODY = NullNode.getInstance();

  private final NewCommand wanted;
  private Optional<LiveSession> session = Optional.empty();
  private Optional<SchemaCache.Key> type = Optional.empty();
  private Instant now = Instant.EPOCH;
  private @Nullable Submission answer;

  Wish(NewCommand wanted) {
    this.wanted = wanted;
  }

  CommandId id() {
    return wanted.id();
  }

  DeviceKey device() {
    return wanted.device();
  }

  Order order() {
    return wanted.order();
  }

  Optional<Claim> claim() {
    return wanted.claim();
  }

  String kind() {
    return wanted.kind();
  }

  Optional<Payload> body() {
    return wanted.body();
  }

  Optional<UUID> batch() {
    return wanted.batch();
  }

  /// The type of the device, where one is known.
  Optional<SchemaCache.Key> type() {
    return type;
  }

  /// The time of the transaction, once the queue was looked at.
  Instant now() {
    return now;
  }

  /// Whether nothing has become of it yet.
  boolean isOpen() {
    return answer == null;
  }

  Submission answer() {
    return Objects.requireNonNull(answer, "everything is answered in the end");
  }

  /// The device is there.
  void found(Optional<LiveSession> where, Optional<SchemaCache.Key> typeOfDevice) {
    session = where;
    type = typeOfDevice;
  }

  /// Whether it is open, or refused and may still turn out to have been made before.
  boolean mayBeKnown() {
    return answer == null || answer instanceof Refused;
  }

  void postpone() {
    answer = new Postponed();
  }

  void refuse(ProblemException problem) {
    answer = new Refused(problem);
  }

  /// It was made before.
  void repeat(CommandId made) {
    answer = new Repeated(made);
  }

  /// Its key is that of another request.
  void recall(Earlier earlier) {
    answer =
        wanted.claim().filter(earlier::isSame).isPresent()
            ? new Repeated(new CommandId(earlier.made()))
            : new Refused(PgIdempotency.conflict());
  }

  /// In what the body does not keep to the schemas of the device's type. A command without a body
  /// is checked as one whose body is null.
  List<Violation> violations(TypeSchemas schemas) {
    Optional<JsonSchema> schema = schemas.command(wanted.kind());
    if (schema.isEmpty()) {
      return List.of();
    }
    return wanted.body().isEmpty()
        ? schema.get().check(NO_BODY)
        : json(wanted.body().get())
            .map(schema.get()::check)
            .orElse(List.of(new Violation("", "must be JSON: its type has a schema for it")));
  }

  /// Bytes need not be what their media type says.
  private static Optional<JsonNode> json(Payload body) {
    if (!body.contentType().equals(Payload.JSON)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.mapper().readTree(body.bytes()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// There is room for it.
  ///
  /// @param blocked whether it has to wait for others
  /// @param at the time of the transaction
  void queue(boolean blocked, Instant at) {
    now = at;
    if (blocked) {
      session = Optional.empty();
    }
  }

  /// It is accepted, and goes out at once where the device is there and nothing is before it.
  Fresh accept(Duration lease, List<CommandId> superseded) {
    CommandHead queued =
        new CommandHead(
            wanted.id(),
            wanted.device(),
            CommandState.QUEUED,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0);
    CommandEdit edit = new CommandEdit(queued);
    Instant leaseUntil = now.plus(lease);
    session.ifPresent(
        to ->
            edit.sent(
                now, to.session().value(), to.address().gateway(), leaseUntil, Optional.empty()));
    Command command = command(edit);
    answer =
        new Accepted(command, session.map(to -> delivery(to, edit.after().attempt())), superseded);
    return new Fresh(
        command,
        edit.after(),
        wanted.batch(),
        wanted.trace(),
        superseded.size(),
        session.isPresent() ? leaseUntil : now);
  }

  private Command command(CommandEdit edit) {
    List<HistoryEntry> history = new ArrayList<>();
    history.add(
        new HistoryEntry(
            CommandState.QUEUED,
            now,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false));
    history.addAll(edit.entries());
    return new Command(
        wanted.id(),
        wanted.device(),
        0,
        wanted.kind(),
        wanted.body(),
        edit.after().state(),
        edit.after().attempt(),
        wanted.order(),
        wanted.deadline(),
        wanted.notifying(),
        wanted.correlation(),
        now,
        Optional.empty(),
        Optional.empty(),
        history);
  }

  private Delivery delivery(LiveSession to, int attempt) {
    return new Delivery(
        wanted.id(),
        wanted.device(),
        to,
        wanted.kind(),
        wanted.deadline(),
        attempt,
        wanted.body(),
        wanted.trace());
  }

  /// The entry of the act that asked for it alone.
  Stream<BusRecord> audited() {
    return wanted.act().stream()
        .map(
            act ->
                AuditMessage.of(act.succeeded(wanted.id().path()))
                    .toRecord()
                    .tracedBy(act.trace()));
  }
}
