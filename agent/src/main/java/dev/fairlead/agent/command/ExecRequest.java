package dev.fairlead.agent.command;

import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The body of an `exec`: `{"argv": ["uname", "-a"], "timeoutMs"?: 30000}`.
///
/// @param argv the program and its arguments: 1 to 64 texts of at most 4096 characters
/// @param timeout 1 ms to 10 min; 30 s if the body does not say
record ExecRequest(List<String> argv, Duration timeout) {

  private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(30);
  private static final Duration TIMEOUT_MAX = Duration.ofMinutes(10);
  private static final int ARGUMENTS_MAX = 64;
  private static final int ARGUMENT_CHARACTERS_MAX = 4096;

  /// The request a body holds; empty if it holds none.
  static Optional<ExecRequest> read(Body body) {
    Optional<Map<String, Value>> fields = Json.readObject(body);
    Optional<List<String>> argv =
        fields
            .flatMap(all -> Json.field(all, "argv"))
            .flatMap(Value::asList)
            .map(ExecRequest::texts);
    Optional<Value> timeout = fields.flatMap(all -> Json.field(all, "timeoutMs"));
    long timeoutMillis =
        timeout.map(value -> value.asLong().orElse(0)).orElse(TIMEOUT_DEFAULT.toMillis());
    return argv.filter(ExecRequest::isSound)
        .filter(_ -> timeoutMillis >= 1 && timeoutMillis <= TIMEOUT_MAX.toMillis())
        .map(arguments -> new ExecRequest(arguments, Duration.ofMillis(timeoutMillis)));
  }

  /// The texts of a list; what is none becomes one that is not sound.
  private static List<String> texts(List<Value> values) {
    return values.stream().map(value -> value.asText().orElse("\0")).toList();
  }

  private static boolean isSound(List<String> argv) {
    return !argv.isEmpty()
        && argv.size() <= ARGUMENTS_MAX
        && argv.stream()
            .allMatch(text -> text.length() <= ARGUMENT_CHARACTERS_MAX && text.indexOf('\0') < 0);
  }
}
