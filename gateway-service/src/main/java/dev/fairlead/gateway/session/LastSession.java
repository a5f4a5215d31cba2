package dev.fairlead.gateway.session;

import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import java.util.Optional;

/// The session that a device says it had before, as text `session@partition:gateway`.
///
/// @param session its id
/// @param address the inbox of the gateway that held it
public record LastSession(SessionId session, InboxAddress address) {

  private static final int LENGTH_MAX = 160;

  /// Reads the text; empty when it is none. It is only ever a hint.
  public static Optional<LastSession> parse(String text) {
    int at = text.indexOf('@');
    if (at < 0 || text.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LastSession(
              new SessionId(text.substring(0, at)), InboxAddress.parse(text.substring(at + 1))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
