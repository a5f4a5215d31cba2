package dev.fairlead.gateway.session;

import dev.fairlead.bus.identity.InboxAddress;
import java.time.Duration;

/// What all sessions of a gateway have in common.
///
/// @param address the gateway's inbox
/// @param keepalive how often each device is pinged
/// @param openedTimeout how long the bus may take for a session's first record
/// @param sendQueueBytesMax how much may wait to be sent to one device
public record SessionSettings(
    InboxAddress address, Duration keepalive, Duration openedTimeout, long sendQueueBytesMax) {

  private static final double SILENCE_KEEPALIVES = 1.5;

  /// How long a device may be silent.
  public Duration silenceMax() {
    return Duration.ofMillis(Math.round(keepalive.toMillis() * SILENCE_KEEPALIVES));
  }
}
