package dev.fairlead.registry.presence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.runtime.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Histories as the database keeps them: an array for each session, of its members in order, with
/// times in milliseconds since 1970. A row is written anew with each session; with the names of
/// members it would be too large to stay in its page.
final class StoredHistory {

  private StoredHistory() {}

  static String write(SessionHistory history) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode(history.sessions().size());
    for (PastSession past : history.sessions()) {
      ArrayNode one = all.addArray();
      one.add(past.session());
      one.add(past.epoch().toString());
      one.add(past.gateway());
      one.add(past.wire());
      one.add(past.remoteAddress());
      one.add(past.openedAt().toEpochMilli());
      past.closedAt().ifPresentOrElse(at -> one.add(at.toEpochMilli()), one::addNull);
      past.reason().ifPresentOrElse(one::add, one::addNull);
    }
    return all.toString();
  }

  static SessionHistory read(String text) {
    ArrayNode all = Json.read(text.getBytes(StandardCharsets.UTF_8), ArrayNode.class);
    List<PastSession> sessions = new ArrayList<>(all.size());
    for (JsonNode one : all) {
      sessions.add(
          new PastSession(
              one.path(0).textValue(),
              Epoch.parse(one.path(1).textValue()),
              one.path(2).textValue(),
              one.path(3).textValue(),
              one.path(4).textValue(),
              Instant.ofEpochMilli(one.path(5).longValue()),
              one.path(6).isNull()
                  ? Optional.empty()
                  : Optional.of(Instant.ofEpochMilli(one.path(6).longValue())),
              Optional.ofNullable(one.path(7).textValue())));
    }
    return new SessionHistory(sessions);
  }
}
