package dev.fairlead.command.testing;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.AuditMessage;
import dev.fairlead.bus.message.AuditRecord;
import dev.fairlead.bus.message.CommandEnded;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.InboxMessage.Deliver;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.Position;
import dev.fairlead.runtime.audit.AuditEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// All gateways and their devices, played by the records that they would write and read.
public final class Gateway {

  private static final long GENERATION = 1;

  private final BusProducer producer;
  private final List<Mail> mail = new CopyOnWriteArrayList<>();
  private final List<ReceivedRecord> deadLetters = new CopyOnWriteArrayList<>();
  private final List<AuditEntry> audit = new CopyOnWriteArrayList<>();
  private final List<CommandEnded> ends = new CopyOnWriteArrayList<>();
  private final List<Consumer<Deliver>> devices = new CopyOnWriteArrayList<>();

  Gateway(BusProducer producer) {
    this.producer = producer;
  }

  List<TopicTail> tails(Bus bus, Set<Integer> inboxPartitions) {
    return List.of(
        bus.tail(
            Topic.INBOX,
            inboxPartitions,
            new TopicTail.Start.Beginning(),
            this::received,
            () -> {}),
        bus.tail(
            Topic.DEAD_LETTERS,
            Set.of(0),
            new TopicTail.Start.Beginning(),
            deadLetters::add,
            () -> {}),
        bus.tail(
            Topic.AUDIT, Set.of(0, 1, 2), new TopicTail.Start.Beginning(), this::audited, () -> {}),
        bus.tail(
            Topic.COMMANDS,
            Set.of(0, 1, 2),
            new TopicTail.Start.Beginning(),
            record -> ends.add(CommandEnded.decode(record)),
            () -> {}));
  }

  private void audited(ReceivedRecord record) {
    if (AuditRecord.decode(record) instanceof AuditMessage message) {
      audit.add(message.entry());
    }
  }

  private void received(ReceivedRecord record) {
    InboxMessage message = InboxMessage.decode(record);
    mail.add(
        new Mail(record.partition(), record.requiredHeader(Headers.TO), message, record.trace()));
    if (message instanceof Deliver deliver) {
      devices.forEach(device -> device.accept(deliver));
    }
  }

  /// What the audit was told about this path, or what lies below it.
  public List<AuditEntry> audit(String path) {
    return audit.stream().filter(entry -> entry.target().startsWith(path)).toList();
  }

  /// The ends of a device's commands that were told, in order.
  public List<CommandEnded> ends(DeviceKey device) {
    return ends.stream().filter(end -> end.device().equals(device)).toList();
  }

  /// A session as its gateway knows it.
  public record Session(DeviceKey device, SessionId id, Epoch epoch, InboxAddress address) {}

  /// Opens a session of a device.
  public Session open(DeviceKey device, String gateway) {
    SessionId id = SessionId.random();
    InboxAddress address = new InboxAddress(0, gateway);
    Position position =
        write(
            SessionMessage.opened(
                device, id, GENERATION, place(address), System.currentTimeMillis()));
    return new Session(device, id, new Epoch(GENERATION, position.offset()), address);
  }

  /// Says that a session lives on.
  public void resume(Session session) {
    write(
        SessionMessage.resumed(
            session.device(),
            session.id(),
            session.epoch(),
            place(session.address()),
            System.currentTimeMillis()));
  }

  /// Says that a session is over.
  public void close(Session session, String reason) {
    write(
        SessionMessage.closed(
            session.device(), session.id(), session.epoch(), reason, System.currentTimeMillis()));
  }

  private static SessionMessage.Place place(InboxAddress address) {
    return new SessionMessage.Place(address, "fairlead.v1.json", "127.0.0.1");
  }

  /// Says that the device has a command.
  public void delivered(Session session, String command) {
    reply(session, DeviceMessage.Type.DELIVERED, command, Optional.empty(), new byte[0]);
  }

  /// Says that the device is at a command.
  public void progress(Session session, String command) {
    reply(session, DeviceMessage.Type.PROGRESS, command, Optional.empty(), new byte[0]);
  }

  /// Says how far the device is with a command, as a JSON document.
  public void progress(Session session, String command, String how) {
    reply(
        session,
        DeviceMessage.Type.PROGRESS,
        command,
        Optional.empty(),
        how.getBytes(StandardCharsets.UTF_8));
  }

  /// Says what became of a command.
  public void result(Session session, String command, String status, byte[] body) {
    reply(session, DeviceMessage.Type.RESULT, command, Optional.of(status), body);
  }

  /// Says that a command failed, and why.
  public void failed(Session session, String command, String reason) {
    write(
        new DeviceMessage(
                DeviceMessage.Type.RESULT,
                session.device(),
                session.id(),
                session.epoch(),
                System.currentTimeMillis(),
                Optional.of(command),
                Optional.of("failed"),
                Optional.of(reason),
                Headers.JSON,
                new byte[0])
            .toRecord());
  }

  private void reply(
      Session session,
      DeviceMessage.Type type,
      String command,
      Optional<String> status,
      byte[] body) {
    write(record(session, type, command, status, body));
  }

  /// The record by which a device says what became of a command.
  public static BusRecord result(Session session, String command, String status) {
    return record(session, DeviceMessage.Type.RESULT, command, Optional.of(status), new byte[0]);
  }

  private static BusRecord record(
      Session session,
      DeviceMessage.Type type,
      String command,
      Optional<String> status,
      byte[] body) {
    return new DeviceMessage(
            type,
            session.device(),
            session.id(),
            session.epoch(),
            System.currentTimeMillis(),
            Optional.of(command),
            status,
            Optional.empty(),
            Headers.JSON,
            body)
        .toRecord();
  }

  /// Lets a device do what it is told from now on; it answers delivered and then the body it got.
  public void obey(Session session) {
    devices.add(
        deliver -> {
          if (deliver.session().equals(session.id())) {
            for (DeviceMessage.Type type :
                List.of(DeviceMessage.Type.DELIVERED, DeviceMessage.Type.RESULT)) {
              producer.send(
                  new DeviceMessage(
                          type,
                          session.device(),
                          session.id(),
                          session.epoch(),
                          System.currentTimeMillis(),
                          Optional.of(deliver.commandId()),
                          Optional.of("succeeded").filter(_ -> type == DeviceMessage.Type.RESULT),
                          Optional.empty(),
                          Headers.JSON,
                          deliver.body())
                      .toRecord());
            }
          }
        });
  }

  /// Writes a record and waits until the bus has it.
  public Position write(BusRecord record) {
    return producer.send(record).await();
  }

  /// Everything that gateways were told about a device, in order.
  public List<Mail> mailOf(DeviceKey device) {
    return mail.stream().filter(each -> each.message().device().equals(device)).toList();
  }

  /// The commands that gateways were given for a device, in order.
  public List<Deliver> deliveriesTo(DeviceKey device) {
    return mailOf(device).stream()
        .map(Mail::message)
        .filter(Deliver.class::isInstance)
        .map(Deliver.class::cast)
        .toList();
  }

  /// The dead letters with this key.
  public List<ReceivedRecord> deadLetters(String key) {
    return deadLetters.stream().filter(record -> record.key().equals(key)).toList();
  }
}
