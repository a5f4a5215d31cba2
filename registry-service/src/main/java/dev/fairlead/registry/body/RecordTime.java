package dev.fairlead.registry.body;

import dev.fairlead.bus.MalformedRecordException;
import java.time.Instant;

/// Times as records carry them. Whoever made a record chose the number; one that no calendar knows
/// would be refused by the database again and again.
public final class RecordTime {

  /// The end of the year 9999.
  static final long MILLIS_MAX = 253_402_300_799_999L;

  private RecordTime() {}

  /// The time of a record.
  ///
  /// @param millis since 1970
  /// @throws MalformedRecordException before 1970 and after the year 9999
  public static Instant of(long millis) {
    if (millis < 0 || millis > MILLIS_MAX) {
      throw new MalformedRecordException("the time lies outside 1970 to 9999");
    }
    return Instant.ofEpochMilli(millis);
  }
}
