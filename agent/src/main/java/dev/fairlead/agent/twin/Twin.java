package dev.fairlead.agent.twin;

import dev.fairlead.agent.connection.Transmitter;
import dev.fairlead.agent.json.Json;
import dev.fairlead.agent.outbox.Outbox;
import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.Desired;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.ProtocolException;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;

/// Takes what this device is to be like: acts on it, keeps it, answers it, and reports it back
/// under `config`. An answer that is lost is asked for again. Used by the connection's thread
/// alone.
public final class Twin {

  private static final Logger LOG = System.getLogger(Twin.class.getName());
  private static final String REPORTED = "config";

  private final Transmitter transmitter;
  private final Outbox outbox;
  private final StateDirectory state;
  private final DesiredHandler handler;

  private HeldState held;

  /// Whether something was kept that cannot be read any more.
  private boolean lost;

  /// A twin with what the state directory holds.
  public Twin(
      Transmitter transmitter, Outbox outbox, StateDirectory state, DesiredHandler handler) {
    this.transmitter = transmitter;
    this.outbox = outbox;
    this.state = state;
    this.handler = handler;
    try {
      this.held = HeldState.read(state);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "what was desired cannot be read, and is asked for", e);
      this.held = HeldState.NOTHING;
      this.lost = true;
    }
  }

  /// Reports what was taken in an earlier run; to be called once.
  public void start() {
    if (held.version() > 0) {
      report(held.document());
    }
  }

  /// A new session stands.
  public void connected() {
    if (lost) {
      answer(Messages.desiredUnknownBase(0));
    }
  }

  /// Takes a state.
  ///
  /// @throws ProtocolException if the message is none
  public void received(Message message) {
    Desired desired = Desired.from(message);
    if (desired.version() <= held.version()) {
      answer(Messages.desiredAccepted(held.version()));
    } else if (desired.base().isPresent() && desired.base().getAsLong() != held.version()) {
      answer(Messages.desiredUnknownBase(held.version()));
    } else {
      take(desired);
    }
  }

  private void take(Desired desired) {
    Optional<Map<String, Value>> body = Json.readObject(desired.body());
    if (body.isEmpty()) {
      answer(Messages.desiredRejected(desired.version(), "the body cannot be read"));
      return;
    }
    Map<String, Value> document =
        desired.base().isPresent() ? Documents.patched(held.document(), body.get()) : body.get();
    Optional<String> objection = handler.objection(document);
    if (objection.isPresent()) {
      answer(Messages.desiredRejected(desired.version(), objection.get()));
      return;
    }
    try {
      keep(new HeldState(desired.version(), document));
    } catch (IOException e) {
      // Not answered: it comes again.
      LOG.log(Level.WARNING, "what is desired cannot be had at the moment", e);
    }
  }

  /// On disk before it is answered: what was answered is not sent again.
  private void keep(HeldState next) throws IOException {
    handler.apply(next.document());
    next.write(state);
    Map<String, Value> changes = Documents.between(held.document(), next.document());
    held = next;
    lost = false;
    answer(Messages.desiredAccepted(next.version()));
    if (!changes.isEmpty()) {
      report(changes);
    }
  }

  private void report(Map<String, Value> changes) {
    outbox.status(Map.of(REPORTED, Value.of(changes)));
  }

  private void answer(Message message) {
    switch (transmitter.send(message)) {
      case SENT -> {}
      case NOT_CONNECTED, TOO_LARGE ->
          LOG.log(Level.DEBUG, "an answer was not sent, and will be asked for again");
    }
  }
}
