package dev.fairlead.registry.presence;

import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.registry.body.RecordTime;
import java.time.Instant;

/// A record of `fairlead.sessions` with its time.
record SessionRecord(SessionMessage message, Instant at) {

  private static final int TEXT_LENGTH_MAX = 256;

  /// Reads a record.
  ///
  /// @throws MalformedRecordException when it is none, or holds texts that are not short and plain
  static SessionRecord decode(ReceivedRecord record) {
    SessionMessage message = SessionMessage.decode(record);
    switch (message) {
      case SessionMessage.Opened opened -> check(opened.place());
      case SessionMessage.Resumed resumed -> check(resumed.place());
      case SessionMessage.Closed closed -> check(closed.reason());
    }
    return new SessionRecord(message, RecordTime.of(message.timeMillis()));
  }

  private static void check(SessionMessage.Place place) {
    check(place.wire());
    check(place.remoteAddress());
    check(place.credential().toString());
  }

  private static void check(String text) {
    if (text.length() > TEXT_LENGTH_MAX || !text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new MalformedRecordException("a text is not short and printable ASCII");
    }
  }
}
