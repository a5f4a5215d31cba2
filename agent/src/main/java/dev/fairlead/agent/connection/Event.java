package dev.fairlead.agent.connection;

import dev.fairlead.protocol.Message;

/// What a socket tells the connection's thread.
sealed interface Event {

  /// A message. The next comes after [Socket#readOn].
  record Received(Message message) implements Event {}

  /// A whole frame that is no message. The next comes after [Socket#readOn].
  record Garbage(String reason) implements Event {}

  /// The gateway closed.
  record Closed(int code, String reason) implements Event {}

  /// The socket broke, or was given up.
  record Failed(String reason) implements Event {}
}
