package dev.fairlead.gateway.session;

/// Takes what the device of one session says. Called on the connection's context.
public interface SessionInput {

  /// Takes a frame, which nobody alters any more.
  void accept(byte[] frame);

  /// The session is over; nothing more comes.
  void end();
}
