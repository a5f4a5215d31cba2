package dev.fairlead.command.session;

import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;

/// Where a device is now.
///
/// @param session its live session
/// @param address the inbox of the gateway that holds it
public record LiveSession(SessionId session, InboxAddress address) {}
