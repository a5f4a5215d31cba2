package dev.fairlead.protocol;

import java.io.Serial;

/// A message that cannot be read, or written, within the rules. The only thing hostile input can
/// cause. Carries no stack trace: it tells about the peer, not about this program, and must be
/// cheap.
public final class ProtocolException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  /// What is wrong, as far as a close code can say.
  public enum Reason {
    /// Not a message: broken, truncated, of the wrong shape, or with what must not be twice.
    MALFORMED(1007),
    /// A limit of [ProtocolLimits] is crossed.
    TOO_LARGE(1009),
    /// Understood, but without a form on this wire.
    UNSUPPORTED(1003);

    private final int closeCode;

    Reason(int closeCode) {
      this.closeCode = closeCode;
    }

    /// The WebSocket close code for it (RFC 6455 §7.4.1).
    public int closeCode() {
      return closeCode;
    }
  }

  private final Reason reason;

  /// @param message for a log or a close reason; never quotes the input
  public ProtocolException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  static ProtocolException malformed(String message) {
    return new ProtocolException(Reason.MALFORMED, message);
  }

  static ProtocolException tooLarge(String message) {
    return new ProtocolException(Reason.TOO_LARGE, message);
  }

  static ProtocolException unsupported(String message) {
    return new ProtocolException(Reason.UNSUPPORTED, message);
  }

  /// What is wrong.
  public Reason reason() {
    return reason;
  }

  /// The WebSocket close code that says so.
  public int closeCode() {
    return reason.closeCode();
  }
}
