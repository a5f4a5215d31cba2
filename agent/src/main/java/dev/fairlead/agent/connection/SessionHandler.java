package dev.fairlead.agent.connection;

import dev.fairlead.protocol.Message;

/// What is to happen in the course of a session. All calls come one after another, on the
/// connection's thread.
public interface SessionHandler {

  /// The gateway said hello: messages may be sent.
  void opened();

  /// A message came that is not about the connection itself, or a certificate.
  ///
  /// @return whether it was understood; if not, the gateway is told
  boolean received(Message message);

  /// The session that was opened has ended.
  void closed();
}
