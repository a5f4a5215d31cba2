package dev.fairlead.registry.subdevice;

import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.DeviceMessage;
import java.util.Optional;

/// Whom a record is about, and who says so.
///
/// @param device whom it is about
/// @param speaker who speaks for that device; empty where it speaks for itself
public record Spoken(DeviceKey device, Optional<DeviceId> speaker) {

  /// Reads a record.
  ///
  /// @param message what was read of it already
  /// @throws MalformedRecordException when it is about what can be no device
  public static Spoken of(ReceivedRecord record, DeviceMessage message) {
    try {
      return DeviceMessage.subDevice(record)
          .map(device -> new Spoken(device, Optional.of(message.device().device())))
          .orElseGet(() -> new Spoken(message.device(), Optional.empty()));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("the sub-device has no id that there could be", e);
    }
  }
}
