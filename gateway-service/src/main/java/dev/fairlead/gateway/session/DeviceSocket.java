package dev.fairlead.gateway.session;

/// A connection as a session sees it: frames go out, reading can be held up, and it can be closed.
/// What comes in is given to the [DeviceSession]. All methods but [#execute] are called on the
/// connection's own context.
public interface DeviceSocket {

  /// Sends a frame in the notation of the device's wire.
  void send(byte[] frame);

  /// How many bytes wait to be sent.
  long queuedBytes();

  /// Sends a WebSocket ping (RFC 6455 §5.5.2).
  void ping();

  /// Reads nothing more until [#resumeReading].
  void pauseReading();

  /// Reads again.
  void resumeReading();

  /// Closes in order (RFC 6455 §7); the peer may take its time to answer.
  ///
  /// @param code the close code
  /// @param reason a few words, without secrets
  void close(int code, String reason);

  /// Cuts the connection at once.
  void abort();

  /// Runs a task on the connection's context, from any thread, after what is already waiting.
  void execute(Runnable task);

  /// Where the device comes from.
  String remoteAddress();
}
