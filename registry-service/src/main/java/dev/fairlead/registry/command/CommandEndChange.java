package dev.fairlead.registry.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.message.CommandEnded;
import dev.fairlead.registry.body.JsonBody;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.runtime.http.Json;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The end of a command as the feed tells it: with the members of the command's own document.
final class CommandEndChange {

  private CommandEndChange() {}

  static Change of(CommandEnded end) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("id", end.command().toString());
    data.put("kind", end.kind());
    data.put("correlation", end.correlation().orElse(null));
    data.put("state", end.state());
    data.put("attempt", end.attempt());
    data.put("reason", end.reason().orElse(null));
    data.set("result", end.result().map(CommandEndChange::result).orElse(null));
    return Change.of(end.device(), ChangeKind.COMMAND_ENDED, end.at(), data);
  }

  private static ObjectNode result(CommandEnded.Result result) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("status", result.status());
    document.put("contentType", result.contentType().orElse(null));
    byte @Nullable [] body = result.body();
    Optional<JsonNode> value =
        body == null ? Optional.empty() : json(result.contentType().orElse(""), body);
    if (body == null || value.isPresent()) {
      document.set("body", value.orElse(null));
    } else {
      document.put("body", body);
      document.put("enc", "base64");
    }
    if (result.isBodyOmitted()) {
      document.put("omitted", true);
    }
    return document;
  }

  /// Bytes need not be what their media type says, and not all JSON can be kept by PostgreSQL.
  private static Optional<JsonNode> json(String contentType, byte[] body) {
    if (!contentType.equals(Headers.JSON)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.mapper().readTree(body))
          .filter(value -> !value.isMissingNode())
          .filter(value -> JsonBody.objection(value).isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
