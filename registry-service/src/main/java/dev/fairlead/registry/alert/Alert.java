package dev.fairlead.registry.alert;

import dev.fairlead.bus.ReceivedRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// An open problem of a device.
///
/// @param id unique in the tenant
/// @param code names the problem; one alert of a code is open at a time
/// @param severity how bad it is
/// @param text what is wrong, for people
/// @param suggestion what to do about it
/// @param raisedAt when it was first raised, by the record that did
/// @param lastRaisedAt when it was last raised
/// @param occurrences how often it was raised, at least 1
public record Alert(
    String id,
    String code,
    Severity severity,
    String text,
    Optional<String> suggestion,
    Instant raisedAt,
    Instant lastRaisedAt,
    int occurrences) {

  /// The source of alerts that devices raise themselves.
  public static final String DEVICE = "device";

  /// Why an alert is over whose cause is.
  static final String CLEARED = "cleared";

  /// An alert that is raised for the first time.
  static Alert raised(
      String id,
      String code,
      Severity severity,
      String text,
      Optional<String> suggestion,
      Instant at) {
    return new Alert(id, code, severity, text, suggestion, at, at, 1);
  }

  /// The same, raised once more. What is no later than the last time is that very raising, sent
  /// again, and is not counted.
  Alert again(Alert now) {
    boolean later = now.lastRaisedAt().isAfter(lastRaisedAt);
    return new Alert(
        id,
        code,
        now.severity(),
        now.text(),
        now.suggestion(),
        raisedAt,
        later ? now.lastRaisedAt() : lastRaisedAt,
        later ? Math.min(occurrences, Integer.MAX_VALUE - 1) + 1 : occurrences);
  }

  /// The id of the alert that a record raises: the same each time that the record is read.
  public static String idOf(ReceivedRecord record) {
    return id(
        "%s/%d/%d/%d/%s"
            .formatted(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestampMillis(),
                record.key()));
  }

  /// A UUID that is the same for the same origin.
  public static String id(String origin) {
    return UUID.nameUUIDFromBytes(origin.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
