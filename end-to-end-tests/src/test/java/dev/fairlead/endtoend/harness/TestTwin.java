package dev.fairlead.endtoend.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.protocol.Desired;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a device is to be like, as a device of somebody's own would keep it, with all that came.
public final class TestTwin {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Desired> received = new ArrayList<>();
  private ObjectNode document = JSON.createObjectNode();
  private long version;
  private Optional<String> objection = Optional.empty();

  /// From now on it rejects what comes, for this reason.
  public synchronized void reject(String reason) {
    objection = Optional.of(reason);
  }

  /// All that came, in order.
  public synchronized List<Desired> received() {
    return List.copyOf(received);
  }

  /// The version that it has.
  public synchronized long version() {
    return version;
  }

  /// The document that it has.
  public synchronized JsonNode document() {
    return document.deepCopy();
  }

  /// Takes what came.
  ///
  /// @return the answer
  synchronized Message receive(Desired desired) {
    received.add(desired);
    if (desired.version() <= version) {
      return Messages.desiredAccepted(version);
    }
    if (desired.base().isPresent() && desired.base().getAsLong() != version) {
      return Messages.desiredUnknownBase(version);
    }
    if (objection.isPresent()) {
      return Messages.desiredRejected(desired.version(), objection.get());
    }
    ObjectNode body = object(desired);
    if (desired.base().isPresent()) {
      merge(document, body);
    } else {
      document = body;
    }
    version = desired.version();
    return Messages.desiredAccepted(version);
  }

  private static ObjectNode object(Desired desired) {
    try {
      return (ObjectNode) JSON.readTree(desired.body().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// RFC 7396.
  private static void merge(ObjectNode target, ObjectNode patch) {
    for (Map.Entry<String, JsonNode> change : patch.properties()) {
      if (change.getValue().isNull()) {
        target.remove(change.getKey());
      } else if (change.getValue() instanceof ObjectNode nested) {
        if (!(target.get(change.getKey()) instanceof ObjectNode)) {
          target.putObject(change.getKey());
        }
        merge((ObjectNode) target.get(change.getKey()), nested);
      } else {
        target.set(change.getKey(), change.getValue());
      }
    }
  }
}
