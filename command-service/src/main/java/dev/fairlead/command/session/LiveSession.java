package dev.fairlead.command.session;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import java.util.Optional;

/// Where a device is now.
///
/// @param holder whose session it is: the device itself, or its parent, which hears for it
/// @param session the live session of the holder
/// @param address the inbox of the gateway that holds it
public record LiveSession(DeviceKey holder, SessionId session, InboxAddress address) {

  /// How a device is named in what goes to this session; empty where the session is its own.
  public Optional<DeviceId> subDevice(DeviceKey device) {
    return device.equals(holder) ? Optional.empty() : Optional.of(device.device());
  }
}
