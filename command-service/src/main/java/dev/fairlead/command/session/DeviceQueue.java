package dev.fairlead.command.session;

import java.util.Optional;

/// The row of a device, as it was found.
///
/// @param session where the device is, if it is anywhere
/// @param generation of the newest epoch that was seen, also of a session that is over
/// @param offset of that epoch; below 0 when none was seen
/// @param due whether the device has unfinished commands
public record DeviceQueue(
    Optional<LiveSession> session, long generation, long offset, boolean due) {

  /// That of a device of which nothing is known.
  public static final DeviceQueue UNKNOWN = new DeviceQueue(Optional.empty(), 0, -1, false);
}
