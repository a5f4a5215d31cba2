package dev.fairlead.agent.command;

import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.Value;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What is known of a command: one line of the journal.
sealed interface JournalEntry {

  /// The command's id.
  String id();

  /// When it was taken.
  Instant at();

  /// Taken, and perhaps running: it is never to be run again.
  record Accepted(String id, Instant at) implements JournalEntry {
    @Override
    public Map<String, Value> fields() {
      return opening("accepted");
    }
  }

  /// Ended.
  ///
  /// @param replied whether the result was handed to a connection
  record Finished(String id, Instant at, Outcome outcome, boolean replied) implements JournalEntry {
    Finished withReplied() {
      return new Finished(id, at, outcome, true);
    }

    Finished withoutBody() {
      return new Finished(id, at, outcome.withoutBody("the output is no longer kept"), replied);
    }

    @Override
    public Map<String, Value> fields() {
      Map<String, Value> fields = opening("finished");
      fields.put("replied", Value.of(replied));
      fields.put("status", Value.of(outcome.status().wireName()));
      outcome.reason().ifPresent(reason -> fields.put("reason", Value.of(reason)));
      fields.put("body", Value.of(outcome.body().toUtf8()));
      return fields;
    }
  }

  /// The line, as an object.
  Map<String, Value> fields();

  /// What every line begins with.
  default Map<String, Value> opening(String state) {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("id", Value.of(id()));
    fields.put("at", Value.of(at().toString()));
    fields.put("state", Value.of(state));
    return fields;
  }

  /// The entry a line's object holds; empty if it holds none.
  static Optional<JournalEntry> of(Map<String, Value> fields) {
    Optional<String> id = Json.text(fields, "id");
    Optional<Instant> at = Json.text(fields, "at").flatMap(JournalEntry::instant);
    if (id.isEmpty() || at.isEmpty()) {
      return Optional.empty();
    }
    boolean replied = Json.field(fields, "replied").flatMap(Value::asBool).orElse(false);
    return switch (Json.text(fields, "state").orElse("")) {
      case "accepted" -> Optional.of(new Accepted(id.get(), at.get()));
      case "finished" -> outcome(fields).map(end -> new Finished(id.get(), at.get(), end, replied));
      default -> Optional.empty();
    };
  }

  private static Optional<Outcome> outcome(Map<String, Value> fields) {
    Optional<Body> body = Json.text(fields, "body").map(Body::utf8);
    return Json.text(fields, "status")
        .flatMap(ResultStatus::ofWireName)
        .flatMap(
            status -> body.map(bytes -> new Outcome(status, Json.text(fields, "reason"), bytes)));
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
