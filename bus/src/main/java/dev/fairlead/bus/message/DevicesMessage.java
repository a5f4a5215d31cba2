package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;

/// What `fairlead.devices` tells: of a device, or of a type of devices.
public sealed interface DevicesMessage permits DeviceChange, TypeChange {

  /// When it changed, milliseconds since 1970.
  long timeMillis();

  /// The record that carries this message.
  BusRecord toRecord();

  /// Reads a record of `fairlead.devices`.
  ///
  /// @throws MalformedRecordException when it is none of these
  static DevicesMessage decode(ReceivedRecord record) {
    return TypeChange.isAbout(record.key())
        ? TypeChange.decode(record)
        : DeviceChange.decode(record);
  }
}
