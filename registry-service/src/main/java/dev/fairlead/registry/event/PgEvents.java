package dev.fairlead.registry.event;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.Received;
import dev.fairlead.bus.schema.JsonSchema;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.registry.alert.OpenAlerts;
import dev.fairlead.registry.alert.PgAlerts;
import dev.fairlead.registry.certificate.PgRenewals;
import dev.fairlead.registry.certificate.RenewalRequest;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.devicetype.PgTypeSchemas;
import dev.fairlead.registry.event.DeviceState.Outcome;
import dev.fairlead.registry.reject.PgRejects;
import dev.fairlead.registry.reject.RejectSort;
import dev.fairlead.registry.reject.Rejects;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.registry.subdevice.PgSpeakers;
import dev.fairlead.registry.twin.DesiredAck;
import dev.fairlead.registry.twin.PgDesiredMail;
import dev.fairlead.registry.twin.PgReported;
import dev.fairlead.registry.twin.Reported;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Uses events: status and reported change the reported document, alerts the table of alerts,
/// answers the table of desired documents. A batch reads and writes each device once.
public final class PgEvents implements PgConsumer.Use<DeviceEvent> {

  private static final String CONSUMER = "registry-events";

  private final PgReported reported = new PgReported();
  private final PgAlerts alerts = new PgAlerts();
  private final PgRenewals renewals;
  private final PgDesiredMail desired;
  private final PgTypeSchemas schemas;
  private final PgRejects rejects;
  private final MeterRegistry meters;

  private PgEvents(
      PgRenewals renewals, PgDesiredMail desired, PgTypeSchemas schemas, MeterRegistry meters) {
    this.renewals = renewals;
    this.desired = desired;
    this.schemas = schemas;
    this.rejects = new PgRejects(RejectSort.REPORTED, meters);
    this.meters = meters;
  }

  /// The way from the topic into the tables. Events are counted as `registry.events`, tagged with
  /// their type and what became of them.
  ///
  /// @param renewals answers requests for certificates
  /// @param desired takes answers to desired documents
  /// @param schemas that reported documents must keep to
  public static Feed feed(
      Pool pool,
      DeadLetters deadLetters,
      PgRenewals renewals,
      PgDesiredMail desired,
      PgTypeSchemas schemas,
      MeterRegistry meters) {
    PgOffsets offsets = new PgOffsets(pool, CONSUMER, PgOffsets.LogRestartHandler.IGNORED);
    return new Feed(
        CONSUMER,
        Topic.EVENTS,
        offsets,
        new PgConsumer<>(
            pool,
            offsets,
            CONSUMER,
            DeviceEvent::decode,
            new PgEvents(renewals, desired, schemas, meters),
            deadLetters));
  }

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<DeviceEvent>> messages) {
    return PgSpeakers.heeded(
            transaction,
            messages,
            received -> received.message().spoken(),
            received -> count(received.message(), Outcome.UNKNOWN_DEVICE))
        .compose(heeded -> use(transaction, heeded));
  }

  private Future<Void> use(SqlConnection transaction, List<Received<DeviceEvent>> messages) {
    Set<DeviceKey> devices =
        messages.stream()
            .map(received -> received.message().device())
            .collect(Collectors.toUnmodifiableSet());
    // First: they lock rows of devices, as whoever deletes one does before any other row of it.
    return renewals
        .answer(transaction, requests(messages))
        .compose(nothing -> reported.lock(transaction, devices))
        .compose(
            documents ->
                alerts
                    .load(transaction, documents.keySet())
                    .compose(open -> fold(transaction, documents, open, messages))
                    .compose(folded -> use(transaction, documents, folded)));
  }

  private static List<RenewalRequest> requests(List<Received<DeviceEvent>> messages) {
    return messages.stream()
        .map(received -> received.message().content())
        .flatMap(
            content ->
                content instanceof DeviceEvent.Content.Request(var request)
                    ? Stream.of(request)
                    : Stream.empty())
        .toList();
  }

  @Override
  public void committed(List<Received<DeviceEvent>> messages) {
    // One outbox takes the answers, the desired documents and the news of the changes.
    renewals.committed();
  }

  /// What a batch leads to.
  ///
  /// @param open the alerts that were open before it
  private record Folded(
      Map<DeviceKey, OpenAlerts> open,
      Map<DeviceKey, DeviceState> states,
      List<DesiredAck> acks,
      Rejects refused) {}

  private Future<Folded> fold(
      SqlConnection transaction,
      Map<DeviceKey, Reported> documents,
      Map<DeviceKey, OpenAlerts> open,
      List<Received<DeviceEvent>> messages) {
    Map<DeviceKey, DeviceState> states = new HashMap<>();
    documents.forEach(
        (device, document) ->
            states.put(
                device, new DeviceState(document, open.getOrDefault(device, OpenAlerts.NONE))));
    Folded folded = new Folded(open, states, new ArrayList<>(), new Rejects());
    return schemas
        .of(transaction, states.keySet(), PgTypeSchemas.Part.REPORTED)
        .compose(
            types ->
                types.isEmpty()
                    ? Future.succeededFuture(fold(folded, types, messages))
                    : schemas.work(() -> fold(folded, types, messages)));
  }

  private Folded fold(
      Folded folded, Map<DeviceKey, TypeSchemas> types, List<Received<DeviceEvent>> messages) {
    messages.forEach(received -> fold(folded, types, received.message()));
    return folded;
  }

  private Future<Void> use(
      SqlConnection transaction, Map<DeviceKey, Reported> documents, Folded folded) {
    Map<DeviceKey, Reported> reports = new HashMap<>();
    Map<DeviceKey, PgAlerts.Difference> problems = new HashMap<>();
    List<Change> changes = new ArrayList<>();
    folded
        .states()
        .forEach(
            (device, state) -> {
              Reported was = Objects.requireNonNull(documents.get(device));
              if (!state.reported().equals(was)) {
                reports.put(device, state.reported());
                ReportedNews.of(device, was, state.reported()).ifPresent(changes::add);
              }
              OpenAlerts before = folded.open().getOrDefault(device, OpenAlerts.NONE);
              if (!state.alerts().equals(before)) {
                problems.put(device, new PgAlerts.Difference(before, state.alerts()));
              }
            });
    return reported
        .write(transaction, reports)
        .compose(nothing -> rejects.write(transaction, folded.refused()))
        .compose(
            told ->
                problems.isEmpty() ? Future.succeededFuture() : alerts.write(transaction, problems))
        .compose(nothing -> desired.answered(transaction, folded.acks()))
        .compose(nothing -> PgChanges.append(transaction, changes));
  }

  private void fold(Folded folded, Map<DeviceKey, TypeSchemas> types, DeviceEvent event) {
    @Nullable DeviceState state = folded.states().get(event.device());
    if (state == null) {
      count(event, Outcome.UNKNOWN_DEVICE);
      return;
    }
    Optional<JsonSchema> schema =
        Optional.ofNullable(types.get(event.device())).flatMap(TypeSchemas::reported);
    DeviceState.Step step = state.after(event, schema);
    folded.states().put(event.device(), step.after());
    if (step.outcome() == Outcome.USED
        && event.content() instanceof DeviceEvent.Content.Answer(var ack)) {
      folded.acks().add(ack);
    }
    step.refused()
        .ifPresent(
            refused ->
                folded
                    .refused()
                    .add(event.device(), event.takenAt(), refused.document(), refused.errors()));
    count(event, step.outcome());
  }

  private void count(DeviceEvent event, Outcome outcome) {
    meters
        .counter(
            "registry.events",
            "type",
            event.content().word(),
            "outcome",
            outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .increment();
  }
}
