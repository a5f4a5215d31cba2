package dev.fairlead.registry.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.registry.alert.Alert;
import dev.fairlead.registry.alert.AlertChange;
import dev.fairlead.registry.body.JsonBody;
import dev.fairlead.registry.body.RecordTime;
import dev.fairlead.registry.certificate.RenewalRequest;
import dev.fairlead.registry.subdevice.Spoken;
import dev.fairlead.registry.twin.DesiredAck;
import java.time.Instant;
import java.util.OptionalLong;

/// One event of a device, understood.
///
/// @param spoken whom it is about, and who said it
/// @param epoch of the session that it was said in
/// @param takenAt when the bus was given the record: a device's own clock may be wrong
/// @param content what it says
record DeviceEvent(Spoken spoken, Epoch epoch, Instant takenAt, Content content) {

  /// Whom it is about.
  DeviceKey device() {
    return spoken.device();
  }

  /// What an event says.
  sealed interface Content {

    /// The word for it in metrics.
    String word();

    /// A merge patch of the reported document.
    ///
    /// @param base the version that it was made from; empty for whatever is there
    record Patch(ObjectNode patch, OptionalLong base) implements Content {
      @Override
      public String word() {
        return "reported";
      }
    }

    /// The whole reported document.
    ///
    /// @param base the version that it was made from; empty for whatever is there
    record Whole(ObjectNode document, OptionalLong base) implements Content {
      @Override
      public String word() {
        return "reported";
      }
    }

    /// A problem came or went.
    record Problem(AlertChange change) implements Content {
      @Override
      public String word() {
        return "alert";
      }
    }

    /// A request for a certificate.
    record Request(RenewalRequest request) implements Content {
      @Override
      public String word() {
        return "csr";
      }
    }

    /// An answer to the desired document.
    record Answer(DesiredAck ack) implements Content {
      @Override
      public String word() {
        return "desired-ack";
      }
    }

    /// A line of the device's log, which is not kept here.
    record LogLine() implements Content {
      @Override
      public String word() {
        return "log";
      }
    }
  }

  /// Reads a record of `fairlead.events`. `reported` is a merge patch, like `status`, unless the
  /// record says that it is the whole document.
  ///
  /// @throws MalformedRecordException when it is no event, or its body is not as it should be
  static DeviceEvent decode(ReceivedRecord record) {
    DeviceMessage message = DeviceMessage.decode(record);
    Spoken spoken = Spoken.of(record, message);
    Instant takenAt = RecordTime.of(Math.max(0, record.timestampMillis()));
    Instant saidAt = RecordTime.of(message.timeMillis());
    Content content =
        switch (message.type()) {
          case STATUS -> new Content.Patch(JsonBody.object(message), OptionalLong.empty());
          case REPORTED -> reported(record, JsonBody.object(message));
          case DESIRED_ACK ->
              new Content.Answer(DesiredAck.of(record, message, spoken.device(), takenAt));
          case ALERT ->
              new Content.Problem(
                  AlertChange.of(JsonBody.object(message), saidAt, Alert.idOf(record)));
          case CSR -> new Content.Request(RenewalRequest.of(record, message, takenAt));
          case LOG -> new Content.LogLine();
          case TELEMETRY, DELIVERED, PROGRESS, RESULT ->
              throw new MalformedRecordException("'" + message.type().word() + "' is no event");
        };
    return new DeviceEvent(spoken, message.epoch(), takenAt, content);
  }

  private static Content reported(ReceivedRecord record, ObjectNode body) {
    OptionalLong base =
        record.header(Headers.VERSION).stream().mapToLong(DesiredAck::version).findFirst();
    return record.header(Headers.FORM).filter(Headers.FORM_WHOLE::equals).isPresent()
        ? new Content.Whole(body, base)
        : new Content.Patch(body, base);
  }
}
