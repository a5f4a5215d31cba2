package dev.fairlead.agent.outbox;

import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Value;
import java.util.Map;

/// One event until its ack. Not safe for use by several threads.
final class Entry {

  /// What an event is, as far as giving way to a later one goes.
  sealed interface Content {
    /// May be dropped.
    record Telemetry() implements Content {}

    /// May be merged with a later patch.
    record Status(Map<String, Value> patch) implements Content {}

    /// May be replaced by a later one of the same code.
    record OfAlert(String code) implements Content {}
  }

  private static final int OVERHEAD_BYTES = 128;

  private final String id;
  private final Content content;
  private final Message message;
  private State state = State.NEVER_SENT;

  private enum State {
    NEVER_SENT,
    SENT_BEFORE,
    IN_FLIGHT
  }

  Entry(String id, Content content, Message message) {
    this.id = id;
    this.content = content;
    this.message = message.withId(id);
  }

  String id() {
    return id;
  }

  Content content() {
    return content;
  }

  Message message() {
    return message;
  }

  int bytes() {
    return message.body().length() + OVERHEAD_BYTES;
  }

  /// Whether the gateway can have it already: then it stays as it is, under its id.
  boolean neverSent() {
    return state == State.NEVER_SENT;
  }

  boolean inFlight() {
    return state == State.IN_FLIGHT;
  }

  void sent() {
    state = State.IN_FLIGHT;
  }

  void connectionLost() {
    if (state == State.IN_FLIGHT) {
      state = State.SENT_BEFORE;
    }
  }
}
