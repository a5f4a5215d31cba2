package dev.fairlead.registry.presence;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.PresentedCredential;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.postgres.Received;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.credential.PgCredentials;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.registry.rule.PgRuleStates;
import dev.fairlead.registry.subdevice.PgSubDevices;
import dev.fairlead.registry.twin.PgDesiredMail;
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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Keeps the presence of devices and of their sub-devices, and has sessions closed that should not
/// live: those that a newer one replaced, those of devices that do not exist, and those of
/// sub-devices, for which others connect.
public final class PgSessions implements PgConsumer.Use<SessionRecord> {

  /// The consumer's name, under which its offsets stand.
  static final String CONSUMER = "registry-sessions";

  private final PgPresence presence = new PgPresence();
  private final PgRuleStates rules = new PgRuleStates();
  private final PgOutbox outbox;
  private final PgDesiredMail desired;
  private final Counter replaced;
  private final Counter revoked;

  private PgSessions(PgOutbox outbox, PgDesiredMail desired, MeterRegistry meters) {
    this.outbox = outbox;
    this.desired = desired;
    this.replaced = meters.counter("registry.sessions.closing", "reason", CloseReason.REPLACED);
    this.revoked = meters.counter("registry.sessions.closing", "reason", CloseReason.REVOKED);
  }

  /// The way from the topic into the table.
  ///
  /// @param desired sends devices that connect what they are to be like
  public static Feed feed(
      Pool pool,
      DeadLetters deadLetters,
      PgOutbox outbox,
      PgDesiredMail desired,
      MeterRegistry meters) {
    PgOffsets offsets = new PgOffsets(pool, CONSUMER, new PgBusGeneration());
    return new Feed(
        CONSUMER,
        Topic.SESSIONS,
        offsets,
        new PgConsumer<>(
            pool,
            offsets,
            CONSUMER,
            SessionRecord::decode,
            new PgSessions(outbox, desired, meters),
            deadLetters));
  }

  private record Mail(DeviceKey device, Presence.Closing closing) {}

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<SessionRecord>> messages) {
    Set<DeviceKey> devices =
        messages.stream()
            .map(received -> received.message().message().device())
            .collect(Collectors.toUnmodifiableSet());
    return presence
        .lock(transaction, devices)
        .compose(
            before -> {
              Map<DeviceKey, Presence> after = new HashMap<>(before);
              List<Mail> mail = new ArrayList<>();
              messages.forEach(received -> fold(after, received.message(), mail));
              after
                  .entrySet()
                  .removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
              return presence
                  .write(transaction, after)
                  .compose(
                      nothing ->
                          PgChanges.append(transaction, PresenceChanges.between(before, after)))
                  .compose(nothing -> rules.seen(transaction, seen(after)))
                  .compose(nothing -> PgCredentials.used(transaction, tokens(messages, before)))
                  .compose(taken -> publish(transaction, taken))
                  .compose(nothing -> post(transaction, mail))
                  .compose(nothing -> PgSubDevices.follow(transaction, after.keySet()))
                  .compose(followed -> follow(transaction, followed, connected(before, after)));
            });
  }

  /// Sub-devices hear what they are to be like when the one that speaks for them connects.
  private Future<Void> follow(
      SqlConnection transaction, List<PgSubDevices.Followed> followed, Set<DeviceKey> connected) {
    Set<DeviceKey> reachable = new HashSet<>(connected);
    followed.stream()
        .filter(each -> connected.contains(each.parent()))
        .forEach(each -> reachable.add(each.device()));
    return PgChanges.append(transaction, PresenceChanges.of(followed))
        .compose(
            nothing ->
                rules.seen(
                    transaction,
                    followed.stream()
                        .map(
                            each ->
                                new PgRuleStates.Seen(
                                    each.device(), each.online(), each.since(), List.of()))
                        .toList()))
        .compose(nothing -> desired.connected(transaction, reachable));
  }

  /// The devices that have another live session than before.
  private static Set<DeviceKey> connected(
      Map<DeviceKey, Presence> before, Map<DeviceKey, Presence> after) {
    return after.entrySet().stream()
        .filter(entry -> entry.getValue().online())
        .filter(
            entry ->
                Optional.ofNullable(before.get(entry.getKey()))
                    .filter(Presence::online)
                    .filter(known -> known.session().equals(entry.getValue().session()))
                    .isEmpty())
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static List<PgRuleStates.Seen> seen(Map<DeviceKey, Presence> changed) {
    List<PgRuleStates.Seen> seen = new ArrayList<>(changed.size());
    changed.forEach(
        (device, now) ->
            now.since()
                .ifPresent(
                    since ->
                        seen.add(
                            new PgRuleStates.Seen(
                                device,
                                now.online(),
                                since,
                                now.history().sessions().stream()
                                    .map(PastSession::openedAt)
                                    .toList()))));
    return seen;
  }

  /// The newest token that each device opened a session with.
  private static Map<DeviceKey, PresentedCredential.Token> tokens(
      List<Received<SessionRecord>> messages, Map<DeviceKey, Presence> known) {
    Map<DeviceKey, PresentedCredential.Token> tokens = new HashMap<>();
    for (Received<SessionRecord> received : messages) {
      if (received.message().message() instanceof SessionMessage.Opened opened
          && known.containsKey(opened.device())) {
        opened.place().credential().token().ifPresent(token -> tokens.put(opened.device(), token));
      }
    }
    return tokens;
  }

  private static Future<Void> publish(
      SqlConnection transaction, List<AccessMessage.Revocation> taken) {
    List<Future<?>> appended = new ArrayList<>();
    taken.forEach(revocation -> appended.add(PgOutbox.append(transaction, revocation.toRecord())));
    return Future.all(appended).mapEmpty();
  }

  @Override
  public void committed(List<Received<SessionRecord>> messages) {
    outbox.poke();
  }

  private static void fold(
      Map<DeviceKey, Presence> presences, SessionRecord record, List<Mail> mail) {
    DeviceKey device = record.message().device();
    @Nullable Presence before = presences.get(device);
    if (before == null) {
      ofUnknownDevice(record.message()).forEach(closing -> mail.add(new Mail(device, closing)));
      return;
    }
    Presence.Step step = before.after(record.message(), record.at());
    presences.put(device, step.after());
    step.closings().forEach(closing -> mail.add(new Mail(device, closing)));
  }

  private static List<Presence.Closing> ofUnknownDevice(SessionMessage message) {
    return switch (message) {
      case SessionMessage.Opened opened ->
          List.of(
              new Presence.Closing(
                  new LiveSession(opened.session(), opened.epoch(), opened.place()),
                  CloseReason.REVOKED));
      case SessionMessage.Resumed resumed ->
          List.of(
              new Presence.Closing(
                  new LiveSession(resumed.session(), resumed.epoch(), resumed.place()),
                  CloseReason.REVOKED));
      case SessionMessage.Closed _ -> List.of();
    };
  }

  private Future<Void> post(SqlConnection transaction, List<Mail> mail) {
    List<Future<?>> appended = new ArrayList<>();
    for (Mail letter : mail) {
      LiveSession session = letter.closing().session();
      String reason = letter.closing().reason();
      (reason.equals(CloseReason.REVOKED) ? revoked : replaced).increment();
      appended.add(
          PgOutbox.append(
              transaction,
              new InboxMessage.Close(letter.device(), session.id(), reason)
                  .toRecord(session.place().address())));
    }
    return Future.all(appended).mapEmpty();
  }
}
