package dev.fairlead.command.dispatch;

import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.command.lifecycle.CommandEdit;
import dev.fairlead.command.lifecycle.CommandEvent;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandResult;
import dev.fairlead.command.lifecycle.Outcome;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.command.lifecycle.Step;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/// What a device said about a command.
///
/// @param id of the command
/// @param device who said it
/// @param session in which session
/// @param at when
/// @param event what it means for the command
/// @param reason in the device's words
/// @param result what goes with an end
record Reply(
    CommandId id,
    DeviceKey device,
    String session,
    Instant at,
    CommandEvent event,
    Optional<String> reason,
    Optional<CommandResult> result) {

  static final String RESULT_TOO_LARGE = "result too large";

  /// Reads a record of `fairlead.replies`.
  ///
  /// @throws MalformedRecordException when it is no reply to any command
  static Reply decode(ReceivedRecord record) {
    DeviceMessage message = DeviceMessage.decode(record);
    CommandId id =
        message
            .correlation()
            .flatMap(CommandId::parse)
            .orElseThrow(() -> new MalformedRecordException("the correlation is no command's id"));
    return switch (message.type()) {
      case DELIVERED -> of(message, id, new CommandEvent.Delivered(), Optional.empty());
      case PROGRESS ->
          of(message, id, new CommandEvent.Progressed(payload(message)), Optional.empty());
      case RESULT -> {
        CommandResult result = result(message);
        yield of(message, id, new CommandEvent.Ended(result.outcome()), Optional.of(result));
      }
      case TELEMETRY, STATUS, REPORTED, DESIRED_ACK, ALERT, LOG, CSR ->
          throw new MalformedRecordException("not a reply");
    };
  }

  private static Reply of(
      DeviceMessage message, CommandId id, CommandEvent event, Optional<CommandResult> result) {
    return new Reply(
        id,
        message.device(),
        message.session().value(),
        instant(message.timeMillis()),
        event,
        result.map(CommandResult::reason).orElse(message.reason().map(Reply::kept)),
        result);
  }

  /// A body beyond the bound is refused as a whole: half of one helps nobody, and what ran is not
  /// known to have succeeded.
  private static CommandResult result(DeviceMessage message) {
    Outcome outcome =
        message
            .status()
            .flatMap(Outcome::of)
            .orElseThrow(
                () -> new MalformedRecordException("a result is succeeded, failed or rejected"));
    if (message.body().length > Payload.BYTES_MAX) {
      return new CommandResult(Outcome.FAILED, Optional.of(RESULT_TOO_LARGE), Optional.empty());
    }
    return new CommandResult(outcome, message.reason().map(Reply::kept), payload(message));
  }

  /// PostgreSQL keeps no text with a NUL in it.
  private static String kept(String reason) {
    return reason.replace('\0', '\uFFFD');
  }

  private static Optional<Payload> payload(DeviceMessage message) {
    return message.body().length == 0
        ? Optional.empty()
        : Optional.of(new Payload(message.contentType(), message.body()));
  }

  /// A device's own time may be nonsense; it must still fit a history that people read.
  private static Instant instant(long millis) {
    try {
      Instant instant = Instant.ofEpochMilli(millis);
      if (instant.isBefore(Instant.EPOCH) || instant.isAfter(LATEST)) {
        throw new MalformedRecordException("the time is out of range");
      }
      return instant;
    } catch (DateTimeException e) {
      throw new MalformedRecordException("the time is out of range", e);
    }
  }

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  Step applyTo(CommandEdit edit) {
    return edit.replied(event, at, session, reason, result);
  }
}
