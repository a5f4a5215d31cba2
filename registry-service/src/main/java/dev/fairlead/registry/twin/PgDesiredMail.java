package dev.fairlead.registry.twin;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.twin.PgRecipients.Recipient;
import dev.fairlead.runtime.tracing.TraceContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Sends devices what they are to be like: when that changes, when they connect, when they lack it,
/// and again until they have answered. By way of the outbox, in the transaction that gives cause.
public final class PgDesiredMail {

  private final PgOutbox outbox;
  private final Counter patches;
  private final Counter wholes;

  /// @param outbox of the same database
  public PgDesiredMail(PgOutbox outbox, MeterRegistry meters) {
    this.outbox = outbox;
    this.patches = meters.counter("registry.desired.sent", "form", "patch");
    this.wholes = meters.counter("registry.desired.sent", "form", "whole");
  }

  /// Sends to devices that have just connected what they have not answered.
  ///
  /// @param devices whose presence is locked and written; the caller says [#committed] afterwards
  public Future<Void> connected(SqlConnection transaction, Set<DeviceKey> devices) {
    if (devices.isEmpty()) {
      return Future.succeededFuture();
    }
    return PgDesired.lock(transaction, devices)
        .map(PgDesiredMail::unanswered)
        .compose(due -> send(transaction, due));
  }

  private static Map<DeviceKey, Desired> unanswered(Map<DeviceKey, Desired> known) {
    return known.entrySet().stream()
        .filter(entry -> !entry.getValue().isAnswered())
        .collect(
            Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> entry.getValue().connected()));
  }

  /// Takes in what devices have answered, in order, and sends the whole document to those that lack
  /// it.
  public Future<Void> answered(SqlConnection transaction, List<DesiredAck> acks) {
    if (acks.isEmpty()) {
      return Future.succeededFuture();
    }
    return PgDesired.lock(
            transaction, acks.stream().map(DesiredAck::device).collect(Collectors.toSet()))
        .compose(before -> use(transaction, before, acks));
  }

  private Future<Void> use(
      SqlConnection transaction, Map<DeviceKey, Desired> before, List<DesiredAck> acks) {
    Map<DeviceKey, Desired> after = new HashMap<>(before);
    Set<DeviceKey> waiting = new HashSet<>();
    for (DesiredAck ack : acks) {
      Desired known = after.get(ack.device());
      if (known != null) {
        Desired.Step step = known.answered(ack);
        after.put(ack.device(), step.after());
        if (step.after().isAnswered()) {
          waiting.remove(ack.device());
        } else if (step.sendNow()) {
          waiting.add(ack.device());
        }
      }
    }
    Map<DeviceKey, Desired> now = new HashMap<>();
    waiting.forEach(device -> now.put(device, Objects.requireNonNull(after.remove(device))));
    Map<DeviceKey, PgDesired.Change> changed = new HashMap<>();
    after.forEach(
        (device, desired) -> {
          if (!desired.equals(before.get(device))) {
            changed.put(device, new PgDesired.Change(desired, !desired.isAnswered()));
          }
        });
    return PgDesired.write(transaction, changed).compose(nothing -> send(transaction, now));
  }

  /// Sends some of what is due again.
  ///
  /// @return whether there may be more
  Future<Boolean> sendDue(Pool pool, int limit) {
    return pool.withTransaction(
            transaction ->
                PgDesired.lockDue(transaction, limit)
                    .compose(due -> send(transaction, due).map(nothing -> due.size())))
        .map(Objects::requireNonNull)
        .map(
            sent -> {
              if (sent > 0) {
                outbox.poke();
              }
              return sent == limit;
            });
  }

  /// Sends, and writes the rows; those of devices that cannot be reached wait until they connect.
  ///
  /// @param due rows that are locked
  Future<Void> send(SqlConnection transaction, Map<DeviceKey, Desired> due) {
    return send(transaction, due, Optional.empty());
  }

  /// The same as a step of a trace.
  Future<Void> send(
      SqlConnection transaction, Map<DeviceKey, Desired> due, Optional<TraceContext> trace) {
    return PgRecipients.of(transaction, due.keySet())
        .compose(recipients -> send(transaction, due, recipients, trace));
  }

  private Future<Void> send(
      SqlConnection transaction,
      Map<DeviceKey, Desired> due,
      Map<DeviceKey, Recipient> recipients,
      Optional<TraceContext> trace) {
    Map<DeviceKey, PgDesired.Change> changed = new HashMap<>();
    List<BusRecord> mails = new ArrayList<>();
    for (DeviceKey device : due.keySet().stream().sorted(PgColumns.LOCK_ORDER).toList()) {
      Desired desired = Objects.requireNonNull(due.get(device));
      Recipient recipient = recipients.get(device);
      if (recipient == null) {
        changed.put(device, new PgDesired.Change(desired, false));
        continue;
      }
      Desired.Mail mail = desired.mail();
      (mail.base().isPresent() ? patches : wholes).increment();
      mails.add(
          new InboxMessage.Desired(
                  recipient.parent().orElse(device),
                  recipient.session(),
                  recipient.parent().map(parent -> device.device()),
                  mail.version(),
                  mail.base(),
                  mail.body())
              .toRecord(recipient.address())
              .tracedBy(trace));
      changed.put(device, new PgDesired.Change(desired.afterSending(mail), true));
    }
    return PgOutbox.append(transaction, mails)
        .compose(nothing -> PgDesired.write(transaction, changed));
  }

  /// What was sent is in the outbox for good.
  public void committed() {
    outbox.poke();
  }
}
