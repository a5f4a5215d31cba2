package dev.fairlead.registry.presence;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.limit.FlappingSettings;
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
/// sub-devices, for which others connect. Tells gateways of devices that flap.
public final class PgSessions implements PgConsumer.Use<SessionRecord> {

  /// The consumer's name, under which its offsets stand.
  static final String CONSUMER = "registry-sessions";

  private final PgPresence presence = new PgPresence();
  private final PgRuleStates rules = new PgRuleStates();
  private final FlappingSettings flapping;
  private final PgOutbox outbox;
  private final PgDesiredMail desired;
  private final Counter replaced;
  private final Counter revoked;

  private PgSessions(
      FlappingSettings flapping, PgOutbox outbox, PgDesiredMail desired, MeterRegistry meters) {
    this.flapping = flapping;
    this.outbox = outbox;
    this.desired = desired;
    this.replaced = meters.counter("registry.sessions.closing", "reason", CloseReason.REPLACED);
    this.revoked = meters.counter("registry.sessions.closing", "reason", CloseReason.REVOKED);
  }

  /// The way from the topic into the table.
  ///
  /// @param flapping when a device connects too often
  /// @param desired sends devices that connect what they are to be like
  public static Feed feed(
      Pool pool,
      DeadLetters deadLetters,
      FlappingSettings flapping,
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
            new PgSessions(flapping, outbox, desired, meters),
            deadLetters));
  }

  private record Mail(InboxMessage message, InboxAddress to) {}

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
              List<PgRuleStates.Seen> seen = new ArrayList<>();
              messages.forEach(received -> fold(after, received.message(), mail, seen));
              after
                  .entrySet()
                  .removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
              return presence
                  .write(transaction, after)
                  .compose(
                      nothing ->
                          PgChanges.append(transaction, PresenceChanges.between(before, after)))
                  .compose(nothing -> rules.seen(transaction, seen))
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

  private static Optional<PgRuleStates.Seen> seen(DeviceKey device, Presence now) {
    return now.since()
        .map(
            since ->
                new PgRuleStates.Seen(
                    device,
                    now.online(),
                    since,
                    now.history().sessions().stream().map(PastSession::openedAt).toList()));
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
    return PgOutbox.append(
            transaction, taken.stream().map(AccessMessage.Revocation::toRecord).toList())
        .mapEmpty();
  }

  @Override
  public void committed(List<Received<SessionRecord>> messages) {
    outbox.poke();
  }

  private void fold(
      Map<DeviceKey, Presence> presences,
      SessionRecord record,
      List<Mail> mail,
      List<PgRuleStates.Seen> seen) {
    DeviceKey device = record.message().device();
    @Nullable Presence before = presences.get(device);
    if (before == null) {
      ofUnknownDevice(record.message()).ifPresent(session -> mail.add(close(device, session)));
      return;
    }
    Presence.Step step = before.after(record.message(), record.at());
    Presence after = step.after().judged(flapping);
    presences.put(device, after);
    if (!after.equals(before)) {
      seen(device, after).ifPresent(seen::add);
    }
    step.closings().forEach(closing -> mail.add(close(device, closing)));
    if (after.online()
        && !after.session().equals(before.session())
        && after.isFlapping(record.at())) {
      mail.add(flapping(device, after));
    }
  }

  private static Mail close(DeviceKey device, Presence.Closing closing) {
    LiveSession session = closing.session();
    return new Mail(
        new InboxMessage.Close(device, session.id(), closing.reason()), session.place().address());
  }

  /// To the gateway that has just let it in: each that it comes to learns of it that way.
  private static Mail flapping(DeviceKey device, Presence presence) {
    LiveSession session = presence.session().orElseThrow();
    return new Mail(
        new InboxMessage.Flapping(
            device, session.id(), presence.flapping().orElseThrow().until().toEpochMilli()),
        session.place().address());
  }

  private static Optional<Presence.Closing> ofUnknownDevice(SessionMessage message) {
    return switch (message) {
      case SessionMessage.Opened opened ->
          Optional.of(
              new Presence.Closing(
                  new LiveSession(opened.session(), opened.epoch(), opened.place()),
                  CloseReason.REVOKED));
      case SessionMessage.Resumed resumed ->
          Optional.of(
              new Presence.Closing(
                  new LiveSession(resumed.session(), resumed.epoch(), resumed.place()),
                  CloseReason.REVOKED));
      case SessionMessage.Closed _ -> Optional.empty();
    };
  }

  private Future<Void> post(SqlConnection transaction, List<Mail> mail) {
    for (Mail letter : mail) {
      if (letter.message() instanceof InboxMessage.Close close) {
        (close.reason().equals(CloseReason.REVOKED) ? revoked : replaced).increment();
      }
    }
    return PgOutbox.append(
            transaction,
            mail.stream().map(letter -> letter.message().toRecord(letter.to())).toList())
        .mapEmpty();
  }
}
