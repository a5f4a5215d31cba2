package dev.fairlead.agent.connection;

import dev.fairlead.protocol.Message;

/// Takes messages for the gateway.
@FunctionalInterface
public interface Transmitter {

  /// What became of a message.
  enum Transmission {
    /// The socket has it, which says nothing about the gateway.
    SENT,
    /// There is no session, or it broke meanwhile.
    NOT_CONNECTED,
    /// It crosses the gateway's limit, or has no form on the wire.
    TOO_LARGE
  }

  /// Hands one message to the socket, in the order of the calls; blocks until the socket has it,
  /// for a bounded time.
  Transmission send(Message message);
}
