package dev.fairlead.command.session;

import dev.fairlead.bus.identity.DeviceKey;
import java.util.Optional;

/// The row of a device, as it was found. A sub-device has the session and the epoch of its parent.
///
/// @param parent the device that speaks for it; empty for one that speaks for itself
/// @param session where the device is, if it is anywhere
/// @param generation of the newest epoch that was seen, also of a session that is over
/// @param offset of that epoch; below 0 when none was seen
/// @param due whether the device has unfinished commands
public record DeviceQueue(
    Optional<DeviceKey> parent,
    Optional<LiveSession> session,
    long generation,
    long offset,
    boolean due) {

  /// That of a device of which nothing is known.
  public static final DeviceQueue UNKNOWN =
      new DeviceQueue(Optional.empty(), Optional.empty(), 0, -1, false);
}
