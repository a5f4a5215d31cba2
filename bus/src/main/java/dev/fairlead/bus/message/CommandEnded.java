package dev.fairlead.bus.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What `fairlead.commands` says: a command whose sender asked to be told has come to its end. It
/// is said once for each such command, but the record may come twice.
///
/// @param device that was to obey; it may be no more
/// @param command the id of the command
/// @param kind what was to be done
/// @param correlation by which its sender knows it again
/// @param state the end: `succeeded`, `failed`, `rejected`, `expired` or `cancelled`
/// @param attempt how often it was sent
/// @param reason in a few words, of the device or of whoever put an end to it
/// @param at when it ended
/// @param result what the device answered; empty where it did not
public record CommandEnded(
    DeviceKey device,
    UUID command,
    String kind,
    Optional<String> correlation,
    String state,
    int attempt,
    Optional<String> reason,
    Instant at,
    Optional<Result> result) {

  /// The most bytes of an answer's body that travel along; those of a larger one are asked for with
  /// the command's id.
  public static final int BODY_BYTES_MAX = 4096;

  private static final String TYPE = "ended";

  public CommandEnded {
    Objects.requireNonNull(device);
    Objects.requireNonNull(command);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(state);
    Objects.requireNonNull(at);
  }

  /// What the device answered.
  ///
  /// @param status as the device said it: `succeeded`, `failed` or `rejected`
  /// @param contentType of the body, also of one that is left out; empty when there was none
  /// @param body as the device sent it, not copied; null when there was none, and when it is left
  ///     out
  /// @param isBodyOmitted whether it is left out, since it has more than [#BODY_BYTES_MAX]
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Result(
      String status, Optional<String> contentType, byte @Nullable [] body, boolean isBodyOmitted) {

    public Result {
      Objects.requireNonNull(status);
      if (body != null && (body.length > BODY_BYTES_MAX || isBodyOmitted)) {
        throw new IllegalArgumentException("a body that is to be left out");
      }
    }

    /// An answer without a body.
    public static Result of(String status) {
      return new Result(status, Optional.empty(), null, false);
    }

    /// An answer with a body, which is left out where it is too large.
    public static Result of(String status, String contentType, byte[] body) {
      boolean isOmitted = body.length > BODY_BYTES_MAX;
      return new Result(status, Optional.of(contentType), isOmitted ? null : body, isOmitted);
    }
  }

  /// The record that carries this message.
  public BusRecord toRecord() {
    return BusRecord.keyed(
        Topic.COMMANDS,
        device.toString(),
        Map.of(Headers.TYPE, TYPE),
        MessageJson.write(
            new EndDocument(
                command.toString(),
                kind,
                correlation.orElse(null),
                state,
                attempt,
                reason.orElse(null),
                at.toString(),
                result.map(ResultDocument::of).orElse(null))));
  }

  /// Reads a record of `fairlead.commands`.
  ///
  /// @throws MalformedRecordException when it is none of this message
  public static CommandEnded decode(ReceivedRecord record) {
    String type = record.requiredHeader(Headers.TYPE);
    if (!type.equals(TYPE)) {
      throw new MalformedRecordException("unknown type of a record about a command: " + type);
    }
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static CommandEnded decodeChecked(ReceivedRecord record) {
    EndDocument document = MessageJson.read(record, EndDocument.class);
    try {
      return new CommandEnded(
          DeviceKey.parse(record.key()),
          UUID.fromString(document.id()),
          document.kind(),
          Optional.ofNullable(document.correlation()),
          document.state(),
          document.attempt(),
          Optional.ofNullable(document.reason()),
          Instant.parse(document.at()),
          Optional.ofNullable(document.result()).map(ResultDocument::result));
    } catch (DateTimeException e) {
      throw new MalformedRecordException("the time is none: " + document.at(), e);
    }
  }

  /// The message as JSON; the device is the key.
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record EndDocument(
      String id,
      String kind,
      @Nullable String correlation,
      String state,
      int attempt,
      @Nullable String reason,
      String at,
      @Nullable ResultDocument result) {}

  /// An answer as JSON.
  ///
  /// @param body base64 text
  /// @param bodyOmitted absent where nothing was left out
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record ResultDocument(
      String status,
      @Nullable String contentType,
      byte @Nullable [] body,
      @Nullable Boolean bodyOmitted) {

    private static ResultDocument of(Result result) {
      return new ResultDocument(
          result.status(),
          result.contentType().orElse(null),
          result.body(),
          result.isBodyOmitted() ? Boolean.TRUE : null);
    }

    private Result result() {
      return new Result(
          status, Optional.ofNullable(contentType), body, Boolean.TRUE.equals(bodyOmitted));
    }
  }
}
