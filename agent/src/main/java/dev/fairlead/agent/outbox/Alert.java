package dev.fairlead.agent.outbox;

import dev.fairlead.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A problem of this device.
///
/// @param code names the problem; the same when it is raised and cleared
/// @param text what is wrong, for people
/// @param suggestion what could be done about it
/// @param raised whether it is there; else it is over
public record Alert(
    String code, Severity severity, String text, Optional<String> suggestion, boolean raised) {

  /// How bad a problem is.
  public enum Severity {
    /// Good to know.
    INFO,
    /// To be seen to.
    WARNING,
    /// To be seen to at once.
    CRITICAL
  }

  /// As the registry reads it.
  Map<String, Value> fields() {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("code", Value.of(code));
    fields.put("severity", Value.of(severity.name().toLowerCase(Locale.ROOT)));
    fields.put("text", Value.of(text));
    suggestion.ifPresent(what -> fields.put("suggestion", Value.of(what)));
    fields.put("state", Value.of(raised ? "raised" : "cleared"));
    return fields;
  }
}
