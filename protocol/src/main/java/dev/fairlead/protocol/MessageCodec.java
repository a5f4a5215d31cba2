package dev.fairlead.protocol;

/// One wire: messages to frames and back. Codecs hold no state of a connection and are safe for
/// use by many threads.
///
/// Every method throws [ProtocolException], and nothing else, for what the input or the message
/// holds.
public interface MessageCodec {

  /// One frame.
  ///
  /// @throws ProtocolException if the message crosses a limit or has no form on this wire
  byte[] encode(Message message);

  /// One message. Its body is a view of the frame wherever the wire allows; the caller never
  /// alters the frame again.
  ///
  /// @throws ProtocolException if the frame is not exactly one message within the limits
  Message decode(byte[] frame);

  /// A value as a body in the notation of this wire, which is what control messages carry.
  ///
  /// @throws ProtocolException if the value crosses a limit or has no form on this wire
  Body encodeValue(Value value);

  /// The value that a body in the notation of this wire holds. Texts and keys in it may be as
  /// long as a message.
  ///
  /// @throws ProtocolException if the body is not exactly one value within the limits
  Value decodeValue(Body body);
}
