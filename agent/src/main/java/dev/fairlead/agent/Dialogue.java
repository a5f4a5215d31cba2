package dev.fairlead.agent;

import dev.fairlead.agent.command.CommandRunner;
import dev.fairlead.agent.command.CommandTraces;
import dev.fairlead.agent.connection.Renewal;
import dev.fairlead.agent.connection.SessionHandler;
import dev.fairlead.agent.outbox.Outbox;
import dev.fairlead.agent.twin.Twin;
import dev.fairlead.protocol.Command;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import java.util.Optional;

/// Hands what comes from the gateway to the feature it is for.
final class Dialogue implements SessionHandler {

  private final Outbox outbox;
  private final CommandTraces traces;
  private final CommandRunner commands;
  private final Twin twin;
  private final Optional<Renewal> renewal;

  /// @param renewal takes certificates, where the device has one
  Dialogue(
      Outbox outbox,
      CommandTraces traces,
      CommandRunner commands,
      Twin twin,
      Optional<Renewal> renewal) {
    this.twin = twin;
    this.renewal = renewal;
    this.outbox = outbox;
    this.traces = traces;
    this.commands = commands;
  }

  @Override
  public void opened() {
    commands.connected();
    twin.connected();
    outbox.connected();
  }

  @Override
  public boolean received(Message message) {
    if (message.header().prop(NativeProtocol.PROP_DEVICE).isPresent()) {
      return false; // it is about a sub-device, and this agent speaks for itself alone
    }
    return switch (message.header().proto()) {
      case NativeProtocol.PROTO_DATA -> data(message);
      case NativeProtocol.PROTO_COMMAND -> command(message);
      case NativeProtocol.PROTO_TWIN -> twin(message);
      case NativeProtocol.PROTO_CONTROL ->
          message.header().type().equals(NativeProtocol.TYPE_CREDENTIAL)
              && renewal.map(one -> one.answered(message)).orElse(false);
      default -> false;
    };
  }

  private boolean data(Message message) {
    if (!message.header().type().equals(NativeProtocol.TYPE_ACK)) {
      return false;
    }
    outbox.acknowledged(Messages.acknowledgedIds(message));
    return true;
  }

  private boolean command(Message message) {
    return switch (message.header().type()) {
      case NativeProtocol.TYPE_COMMAND -> {
        traces.came(message);
        commands.accept(Command.from(message));
        yield true;
      }
      case NativeProtocol.TYPE_CANCEL -> cancel(message);
      default -> false;
    };
  }

  private boolean twin(Message message) {
    if (!message.header().type().equals(NativeProtocol.TYPE_DESIRED)) {
      return false;
    }
    twin.received(message);
    return true;
  }

  private boolean cancel(Message message) {
    Optional<String> id = message.header().textProp(NativeProtocol.PROP_ID);
    id.ifPresent(commands::cancel);
    return id.isPresent();
  }

  @Override
  public void closed() {
    outbox.disconnected();
  }
}
