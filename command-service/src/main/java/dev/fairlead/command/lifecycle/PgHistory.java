package dev.fairlead.command.lifecycle;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The history as it lies in its column.
final class PgHistory {

  private PgHistory() {}

  static JsonArray write(List<HistoryEntry> entries) {
    JsonArray array = new JsonArray();
    for (HistoryEntry entry : entries) {
      JsonObject object =
          new JsonObject()
              .put("state", entry.state().word())
              .put("at", entry.at().toString())
              .put("attempt", entry.attempt());
      entry.session().ifPresent(text -> object.put("session", text));
      entry.gateway().ifPresent(text -> object.put("gateway", text));
      entry.reason().ifPresent(text -> object.put("reason", text));
      if (entry.late()) {
        object.put("late", true);
      }
      array.add(object);
    }
    return array;
  }

  static List<HistoryEntry> read(JsonArray array) {
    List<HistoryEntry> entries = new ArrayList<>(array.size());
    for (int index = 0; index < array.size(); index++) {
      JsonObject object = array.getJsonObject(index);
      entries.add(
          new HistoryEntry(
              CommandState.of(object.getString("state")).orElseThrow(),
              Instant.parse(object.getString("at")),
              object.getInteger("attempt"),
              Optional.ofNullable(object.getString("session")),
              Optional.ofNullable(object.getString("gateway")),
              Optional.ofNullable(object.getString("reason")),
              object.getBoolean("late", false)));
    }
    return entries;
  }
}
