package dev.fairlead.gateway.downlink;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.gateway.admission.ConnectPace;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.Ending;
import dev.fairlead.gateway.session.SessionRegistry;
import dev.fairlead.runtime.tracing.TraceContext;
import dev.fairlead.runtime.tracing.TraceSpan;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the mail of this gateway and gives it to the sessions that it is for. What is for nobody
/// here is dropped and counted as `gateway.inbox.dropped` by reason: whoever sent it learns from
/// silence, or from the session's end.
public final class InboxReader {

  private static final Logger log = LoggerFactory.getLogger(InboxReader.class);

  /// Puts away a record that cannot be understood.
  @FunctionalInterface
  public interface Unreadable {
    void put(ReceivedRecord record, String reason);
  }

  private final String gateway;
  private final SessionRegistry registry;
  private final ConnectPace pace;
  private final AccessView access;
  private final Unreadable unreadable;
  private final Tracing tracing;
  private final InstantSource clock;
  private final MeterRegistry meters;
  private final Counter delivered;

  /// @param gateway this gateway's name
  /// @param pace told of devices that flap
  /// @param access knows which devices are blocked
  public InboxReader(
      String gateway,
      SessionRegistry registry,
      ConnectPace pace,
      AccessView access,
      Unreadable unreadable,
      Tracing tracing,
      InstantSource clock,
      MeterRegistry meters) {
    this.gateway = gateway;
    this.registry = registry;
    this.pace = pace;
    this.access = access;
    this.unreadable = unreadable;
    this.tracing = tracing;
    this.clock = clock;
    this.meters = meters;
    this.delivered = meters.counter("gateway.commands.sent");
  }

  /// Takes a record of the inbox.
  public void accept(ReceivedRecord record) {
    if (!record.header(Headers.TO).equals(Optional.of(gateway))) {
      dropped("not-addressed");
      return;
    }
    InboxMessage message;
    try {
      message = InboxMessage.decode(record);
    } catch (MalformedRecordException e) {
      dropped("malformed");
      unreadable.put(record, String.valueOf(e.getMessage()));
      return;
    }
    if (message instanceof InboxMessage.Flapping flapping) {
      // It counts for the next session, also where this one is over.
      pace.flapping(flapping.device(), Duration.ofMillis(flapping.untilMillis() - clock.millis()));
      return;
    }
    TraceSpan span = tracing.isOn() ? span(record, message) : TraceSpan.NONE;
    Optional<DeviceSession> session = registry.find(message.session(), message.device());
    if (session.isEmpty()) {
      dropped("no-session", message, span);
      span.end();
      return;
    }
    session.get().execute(() -> give(session.get(), message, span));
  }

  private TraceSpan span(ReceivedRecord record, InboxMessage message) {
    TraceSpan span =
        tracing
            .follow(
                TraceSpan.Kind.CONSUMER,
                "give " + record.header(Headers.TYPE).orElse("mail"),
                record.trace())
            .with(TraceSpan.DEVICE, record.key())
            .with("fairlead.session.id", message.session().value());
    record.header(Headers.CORRELATION).ifPresent(id -> span.with(TraceSpan.COMMAND, id));
    return span;
  }

  private void give(DeviceSession session, InboxMessage message, TraceSpan span) {
    put(session, message, span);
    span.end();
  }

  private void put(DeviceSession session, InboxMessage message, TraceSpan span) {
    switch (message) {
      case InboxMessage.Deliver command -> deliver(session, command, span);
      case InboxMessage.Cancel cancel -> session.send(session.wire().cancelled(cancel));
      case InboxMessage.Desired desired ->
          session
              .wire()
              .desired(desired, span.context())
              .ifPresentOrElse(session::send, () -> dropped("no-form", message, span));
      case InboxMessage.Credential credential ->
          session
              .wire()
              .credential(credential.token())
              .ifPresentOrElse(session::send, () -> dropped("no-form"));
      case InboxMessage.Certificate certificate ->
          session
              .wire()
              .certificate(certificate)
              .ifPresentOrElse(session::send, () -> dropped("no-form"));
      case InboxMessage.NoCertificate refusal ->
          session
              .wire()
              .noCertificate(refusal)
              .ifPresentOrElse(session::send, () -> dropped("no-form"));
      case InboxMessage.Flapping _ -> throw new IllegalStateException("this is not for a session");
      case InboxMessage.Close close -> session.close(Ending.ofMail(close.reason()));
    }
  }

  private void deliver(DeviceSession session, InboxMessage.Deliver command, TraceSpan span) {
    long leftMillis = command.deadlineMillis() - clock.millis();
    if (leftMillis <= 0) {
      dropped("past-deadline", command, span);
      return;
    }
    Optional<byte[]> frame =
        session.wire().command(command, Duration.ofMillis(leftMillis), span.context());
    if (frame.isEmpty()) {
      dropped("no-form", command, span);
    } else if (isBlocked(session, command)) {
      dropped("blocked", command, span);
    } else if (command.subDevice().isPresent() && !session.hasRoom(frame.get())) {
      // It comes again. A device may speak for a thousand others, and be sent more at once than it
      // can read.
      dropped("no-room", command, span);
    } else if (session.send(frame.get())) {
      delivered.increment();
    } else {
      dropped("session-over", command, span);
    }
  }

  /// The session of a blocked device is over; that of the parent of a blocked one is not.
  private boolean isBlocked(DeviceSession session, InboxMessage.Deliver command) {
    return command
        .subDevice()
        .filter(device -> access.isBlocked(new DeviceKey(session.device().tenant(), device)))
        .isPresent();
  }

  private void dropped(String reason, InboxMessage message, TraceSpan span) {
    dropped(reason);
    span.failed(reason);
    log.atDebug()
        .addKeyValue("deviceId", message.device())
        .addKeyValue("sessionId", message.session())
        .addKeyValue(
            "commandId", message instanceof InboxMessage.Deliver command ? command.commandId() : "")
        .addKeyValue("traceId", span.context().map(TraceContext::traceId).orElse(""))
        .addKeyValue("reason", reason)
        .log("mail dropped");
  }

  private void dropped(String reason) {
    meters.counter("gateway.inbox.dropped", "reason", reason).increment();
  }
}
