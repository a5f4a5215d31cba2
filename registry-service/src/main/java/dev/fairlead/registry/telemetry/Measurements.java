package dev.fairlead.registry.telemetry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.registry.body.JsonBody;
import dev.fairlead.registry.body.RecordTime;
import dev.fairlead.registry.subdevice.Spoken;
import java.time.Instant;

/// One record of telemetry.
///
/// @param spoken whose measurements they are, and who sent them
/// @param epoch of the session that it was sent in
/// @param values as the device sent them; empty when the body is for others to read
/// @param readable whether the body is a JSON object
/// @param saidAt the device's time where it gave one
/// @param takenAt when the bus was given the record
record Measurements(
    Spoken spoken,
    Epoch epoch,
    ObjectNode values,
    boolean readable,
    Instant saidAt,
    Instant takenAt) {

  /// When they were measured: by the device's clock, unless that is ahead of the time by more than
  /// clocks are.
  Instant measuredAt() {
    return saidAt.isAfter(takenAt.plus(Samples.AHEAD_MAX)) ? takenAt : saidAt;
  }

  /// Whose measurements they are.
  DeviceKey device() {
    return spoken.device();
  }

  /// Reads a record of `fairlead.telemetry`. A body that is no JSON object is fine there, and not
  /// readable here.
  ///
  /// @throws MalformedRecordException when it is no record of telemetry
  static Measurements decode(ReceivedRecord record) {
    DeviceMessage message = DeviceMessage.decode(record);
    Spoken spoken = Spoken.of(record, message);
    Instant saidAt = RecordTime.of(message.timeMillis());
    Instant takenAt = RecordTime.of(Math.max(0, record.timestampMillis()));
    try {
      return new Measurements(
          spoken, message.epoch(), JsonBody.object(message), true, saidAt, takenAt);
    } catch (MalformedRecordException e) {
      return new Measurements(
          spoken, message.epoch(), JsonNodeFactory.instance.objectNode(), false, saidAt, takenAt);
    }
  }
}
