package dev.fairlead.command.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpHeaders;
import java.util.List;

/// An answer of the interface.
public record Answer(int status, HttpHeaders headers, String text) {

  /// A header field; empty when it is not there.
  public String header(String name) {
    return headers.firstValue(name).orElse("");
  }

  /// The document.
  public JsonObject json() {
    return new JsonObject(text);
  }

  /// The id of the command in the document.
  public String id() {
    return json().getString("id");
  }

  /// The state of the command in the document.
  public String state() {
    return json().getString("state");
  }

  /// The last part of the problem's type.
  public String problem() {
    String type = json().getString("type");
    return type.substring(type.lastIndexOf('/') + 1);
  }

  /// `state` or `state/attempt` of each line of the history, `~` before a late one.
  public List<String> history() {
    JsonArray lines = json().getJsonArray("history");
    return lines.stream()
        .map(JsonObject.class::cast)
        .map(
            line ->
                (line.getBoolean("late", false) ? "~" : "")
                    + line.getString("state")
                    + "/"
                    + line.getInteger("attempt"))
        .toList();
  }
}
