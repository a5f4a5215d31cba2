package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `fairlead.sessions` says about one session of one device.
public sealed interface SessionMessage {

  /// Whose session it is.
  DeviceKey device();

  /// Which session it is.
  SessionId session();

  /// The session's place among all of its device.
  Epoch epoch();

  /// When it was said, milliseconds since 1970.
  long timeMillis();

  /// Where a living session is to be found.
  ///
  /// @param address the inbox of the gateway that holds it
  /// @param wire what the device speaks, for example `fairlead.v1.json`
  /// @param remoteAddress where the device connected from
  /// @param credential what it came in with
  record Place(
      InboxAddress address, String wire, String remoteAddress, PresentedCredential credential) {

    /// A place of a device whose credential is not known.
    public Place(InboxAddress address, String wire, String remoteAddress) {
      this(address, wire, remoteAddress, PresentedCredential.unknown());
    }
  }

  /// A device connected. Its epoch is this record's own offset.
  record Opened(DeviceKey device, SessionId session, Epoch epoch, Place place, long timeMillis)
      implements SessionMessage {}

  /// A session that was declared lost, or that a new generation does not know, lives on under the
  /// epoch that it had.
  record Resumed(DeviceKey device, SessionId session, Epoch epoch, Place place, long timeMillis)
      implements SessionMessage {}

  /// A session is over.
  ///
  /// @param reason one of the words of [CloseReason], or a newer one
  record Closed(DeviceKey device, SessionId session, Epoch epoch, String reason, long timeMillis)
      implements SessionMessage {}

  /// The record that opens a session; the epoch will be (`generation`, the offset it gets).
  static BusRecord opened(
      DeviceKey device, SessionId session, long generation, Place place, long timeMillis) {
    Map<String, String> headers = headers("opened", timeMillis);
    headers.put(GENERATION, Long.toString(generation));
    return record(device, session, headers, placeBody(place));
  }

  /// The record that says that a session lives on.
  static BusRecord resumed(
      DeviceKey device, SessionId session, Epoch epoch, Place place, long timeMillis) {
    Map<String, String> headers = headers("resumed", timeMillis);
    headers.put(Headers.EPOCH, epoch.toString());
    return record(device, session, headers, placeBody(place));
  }

  /// The tombstone of a session.
  static BusRecord closed(
      DeviceKey device, SessionId session, Epoch epoch, String reason, long timeMillis) {
    Map<String, String> headers = headers("closed", timeMillis);
    headers.put(Headers.EPOCH, epoch.toString());
    headers.put(Headers.REASON, reason);
    return record(device, session, headers, null);
  }

  /// Reads a record of `fairlead.sessions`.
  ///
  /// @throws MalformedRecordException when it is none of the three
  static SessionMessage decode(ReceivedRecord record) {
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static SessionMessage decodeChecked(ReceivedRecord record) {
    int lastSlash = record.key().lastIndexOf('/');
    if (lastSlash < 0) {
      throw new MalformedRecordException("the key is not tenant/deviceId/sessionId");
    }
    DeviceKey device = DeviceKey.parse(record.key().substring(0, lastSlash));
    SessionId session = new SessionId(record.key().substring(lastSlash + 1));
    long time = record.timeMillis();
    String type = record.requiredHeader(Headers.TYPE);
    return switch (type) {
      case "opened" ->
          new Opened(
              device,
              session,
              new Epoch(Long.parseLong(record.requiredHeader(GENERATION)), record.offset()),
              placeOf(record),
              time);
      case "resumed" ->
          new Resumed(
              device,
              session,
              Epoch.parse(record.requiredHeader(Headers.EPOCH)),
              placeOf(record),
              time);
      case "closed" ->
          new Closed(
              device,
              session,
              Epoch.parse(record.requiredHeader(Headers.EPOCH)),
              record.header(Headers.REASON).orElse(CloseReason.CLOSED),
              time);
      default -> throw new MalformedRecordException("unknown type '" + type + "'");
    };
  }

  private static BusRecord record(
      DeviceKey device, SessionId session, Map<String, String> headers, byte @Nullable [] value) {
    String key = device.toString();
    return BusRecord.keyedBeside(Topic.SESSIONS, key + '/' + session, key, headers, value);
  }

  private static Map<String, String> headers(String type, long timeMillis) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Headers.TYPE, type);
    headers.put(Headers.TIME, Long.toString(timeMillis));
    return headers;
  }

  private static byte[] placeBody(Place place) {
    return MessageJson.write(
        new PlaceDocument(
            place.address().toString(),
            place.wire(),
            place.remoteAddress(),
            place.credential().toString()));
  }

  private static Place placeOf(ReceivedRecord record) {
    PlaceDocument document = MessageJson.read(record, PlaceDocument.class);
    return new Place(
        InboxAddress.parse(document.address()),
        document.wire(),
        document.remoteAddress(),
        PresentedCredential.parse(document.credential() == null ? "" : document.credential()));
  }

  /// [Place] as JSON.
  record PlaceDocument(
      String address, String wire, String remoteAddress, @Nullable String credential) {}

  /// The header of `opened` with the generation that its gateway knew.
  String GENERATION = "generation";
}
