package dev.fairlead.agent.twin;

import dev.fairlead.agent.json.Json;
import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What this device has taken, as it lies in the state directory: `{"version", "document"}`.
///
/// @param version 0 for nothing
record HeldState(long version, Map<String, Value> document) {

  static final String FILE = "desired.json";
  static final HeldState NOTHING = new HeldState(0, Map.of());

  private static final String VERSION = "version";
  private static final String DOCUMENT = "document";

  HeldState {
    document = Collections.unmodifiableMap(new LinkedHashMap<>(document));
  }

  /// Reads it; nothing where there is no file.
  ///
  /// @throws IOException if the file cannot be read, or holds something else
  static HeldState read(StateDirectory state) throws IOException {
    Optional<String> text = state.read(FILE);
    if (text.isEmpty()) {
      return NOTHING;
    }
    Map<String, Value> fields =
        Json.readObject(Body.utf8(text.get()))
            .orElseThrow(() -> new IOException(FILE + " is no JSON object"));
    return new HeldState(
        Json.field(fields, VERSION).stream()
            .flatMapToLong(value -> value.asLong().stream())
            .findFirst()
            .orElseThrow(() -> new IOException(FILE + " names no version")),
        Json.field(fields, DOCUMENT)
            .flatMap(Value::asMap)
            .orElseThrow(() -> new IOException(FILE + " has no document")));
  }

  /// Replaces the file; it is on disk when this returns.
  void write(StateDirectory state) throws IOException {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put(VERSION, Value.of(version));
    fields.put(DOCUMENT, Value.of(document));
    state.write(FILE, Json.write(fields).toUtf8());
  }
}
