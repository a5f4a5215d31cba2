package dev.fairlead.gateway.session;

import dev.fairlead.bus.message.CloseReason;

/// How a gateway ends a session.
///
/// @param code the close code that the device sees
/// @param text the few words that go with it
/// @param reason the word of [CloseReason] that the bus sees
public record Ending(int code, String text, String reason) {

  private static final int TRY_LATER = 1013;
  private static final int NO_ACCESS = 4002;

  /// The device connected anew.
  public static final Ending REPLACED =
      new Ending(4001, "a newer session took over", CloseReason.REPLACED);

  /// The credential no longer counts.
  public static final Ending REVOKED = new Ending(NO_ACCESS, "revoked", CloseReason.REVOKED);

  /// The certificate that the device came in with has run out.
  public static final Ending EXPIRED = new Ending(NO_ACCESS, "expired", CloseReason.EXPIRED);

  /// Silent for too long.
  public static final Ending TIMED_OUT = new Ending(4008, "silent", CloseReason.TIMED_OUT);

  /// The gateway is shutting down.
  public static final Ending DRAINED = new Ending(1012, "draining", CloseReason.DRAINED);

  /// The bus did not take what the session needs.
  public static final Ending BUS_AWAY =
      new Ending(TRY_LATER, "the bus is away", CloseReason.BUS_AWAY);

  /// The device does not read what it is sent.
  public static final Ending SLOW_READER =
      new Ending(TRY_LATER, "reads too slowly", CloseReason.REFUSED);

  /// The device went on sending faster than allowed.
  public static final Ending RATE = new Ending(4003, "faster than allowed", CloseReason.RATE);

  /// A fault of this gateway.
  public static final Ending FAULT = new Ending(1011, "fault", CloseReason.CLOSED);

  private static final int NO_CODE = 1005;

  /// The connection ended without our doing.
  static final Ending CLOSED = new Ending(NO_CODE, "", CloseReason.CLOSED);

  /// The device broke the protocol or a limit.
  public static Ending refused(int code, String text) {
    return new Ending(code, text, CloseReason.REFUSED);
  }

  /// The credential no longer counts, for one of these words of [CloseReason].
  public static Ending ofLostAccess(String reason) {
    return switch (reason) {
      case CloseReason.BLOCKED, CloseReason.SUSPENDED -> new Ending(NO_ACCESS, reason, reason);
      default -> REVOKED;
    };
  }

  /// Whether the session ended without the device's or its network's doing.
  boolean isOurs() {
    return equals(DRAINED) || equals(BUS_AWAY) || equals(FAULT);
  }

  /// What mail asks for, by a word of [CloseReason].
  public static Ending ofMail(String reason) {
    return switch (reason) {
      case CloseReason.REPLACED -> REPLACED;
      case CloseReason.REVOKED -> REVOKED;
      case CloseReason.TIMED_OUT -> TIMED_OUT;
      case CloseReason.DRAINED -> DRAINED;
      case CloseReason.RATE -> RATE;
      case CloseReason.REFUSED -> refused(1008, "refused");
      default -> new Ending(1000, "closed", CloseReason.CLOSED);
    };
  }
}
