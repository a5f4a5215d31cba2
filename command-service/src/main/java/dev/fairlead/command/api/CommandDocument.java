package dev.fairlead.command.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.lifecycle.CommandProgress;
import dev.fairlead.command.lifecycle.CommandResult;
import dev.fairlead.command.lifecycle.HistoryEntry;
import dev.fairlead.command.lifecycle.Payload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A command as the interface shows it.
public record CommandDocument(
    String id,
    String deviceId,
    String kind,
    @Nullable Object body,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String enc,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String contentType,
    String state,
    int attempt,
    String order,
    int priority,
    @Nullable String supersedes,
    @JsonProperty("notify") boolean notifying,
    @Nullable String correlation,
    Instant deadline,
    Instant createdAt,
    @Nullable Progress progress,
    @Nullable Result result,
    List<Entry> history) {

  /// How far the device is.
  public record Progress(
      Instant at,
      @Nullable String contentType,
      @Nullable Object body,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String enc) {

    /// What the device said.
    public static Progress of(CommandProgress progress) {
      Optional<BodyValue> body = progress.payload().map(BodyValue::of);
      return new Progress(
          progress.at(),
          progress.payload().map(Payload::contentType).orElse(null),
          body.map(BodyValue::value).orElse(null),
          body.flatMap(BodyValue::enc).orElse(null));
    }
  }

  /// What the device answered.
  public record Result(
      String status,
      @Nullable String reason,
      @Nullable String contentType,
      @Nullable Object body,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String enc) {

    /// What the device answered.
    public static Result of(CommandResult result) {
      Optional<BodyValue> body = result.payload().map(BodyValue::of);
      return new Result(
          result.outcome().state().word(),
          result.reason().orElse(null),
          result.payload().map(Payload::contentType).orElse(null),
          body.map(BodyValue::value).orElse(null),
          body.flatMap(BodyValue::enc).orElse(null));
    }
  }

  /// A line of the history.
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Entry(
      String state,
      Instant at,
      int attempt,
      @Nullable String session,
      @Nullable String gateway,
      @Nullable String reason,
      @Nullable Boolean late) {

    static Entry of(HistoryEntry entry) {
      return new Entry(
          entry.state().word(),
          entry.at(),
          entry.attempt(),
          entry.session().orElse(null),
          entry.gateway().orElse(null),
          entry.reason().orElse(null),
          entry.late() ? Boolean.TRUE : null);
    }
  }

  /// A command with its history.
  public static CommandDocument of(Command command) {
    Optional<BodyValue> body = command.body().map(BodyValue::of);
    return new CommandDocument(
        command.id().toString(),
        command.device().device().value(),
        command.kind(),
        body.map(BodyValue::value).orElse(null),
        body.flatMap(BodyValue::enc).orElse(null),
        command
            .body()
            .map(Payload::contentType)
            .filter(type -> !type.equals(Payload.JSON))
            .orElse(null),
        command.state().word(),
        command.attempt(),
        command.order().ordered() ? "ordered" : "concurrent",
        command.order().priority(),
        command.order().supersedes().orElse(null),
        command.notifying(),
        command.correlation().orElse(null),
        command.deadline(),
        command.createdAt(),
        command.progress().map(Progress::of).orElse(null),
        command.result().map(Result::of).orElse(null),
        command.history().stream().map(Entry::of).toList());
  }
}
