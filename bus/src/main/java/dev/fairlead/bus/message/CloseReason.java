package dev.fairlead.bus.message;

/// Why a session ended, as `closed` records and presence say it.
public final class CloseReason {

  /// The device or the network ended the connection in order.
  public static final String CLOSED = "closed";

  /// Nothing was heard from the device for too long.
  public static final String TIMED_OUT = "timed-out";

  /// The device connected anew.
  public static final String REPLACED = "replaced";

  /// The device's credentials no longer count.
  public static final String REVOKED = "revoked";

  /// The certificate that the device came in with has run out.
  public static final String EXPIRED = "expired";

  /// The device is shut out.
  public static final String BLOCKED = "blocked";

  /// Its tenant is suspended.
  public static final String SUSPENDED = "suspended";

  /// The gateway is shutting down.
  public static final String DRAINED = "drained";

  /// The gateway was declared lost.
  public static final String GATEWAY_LOST = "gateway-lost";

  /// The device broke the protocol or a limit.
  public static final String REFUSED = "refused";

  /// The bus did not take what the session brought.
  public static final String BUS_AWAY = "bus-away";

  /// The device went on sending faster than allowed.
  public static final String RATE = "rate";

  private CloseReason() {}
}
