package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/// The two documents of a device, as the API shows them.
record TwinDocument(DesiredPart desired, ReportedPart reported) {

  /// What the device is to be like.
  ///
  /// @param version how often it has changed
  /// @param inSync whether the device has taken this version
  /// @param acknowledgedVersion the one that the device answered last
  /// @param acknowledgedStatus `accepted` or `rejected`
  /// @param acknowledgedReason why it was rejected, in the device's words
  record DesiredPart(
      JsonNode document,
      long version,
      Optional<Instant> updatedAt,
      boolean inSync,
      Optional<Long> acknowledgedVersion,
      Optional<Instant> acknowledgedAt,
      Optional<String> acknowledgedStatus,
      Optional<String> acknowledgedReason) {

    static DesiredPart of(Desired desired) {
      Optional<Desired.Answer> answer = desired.answer();
      return new DesiredPart(
          desired.document(),
          desired.version(),
          desired.updatedAt(),
          desired.isInSync(),
          answer.map(Desired.Answer::version),
          answer.map(Desired.Answer::at),
          answer.map(last -> last.accepted() ? "accepted" : "rejected"),
          answer.flatMap(Desired.Answer::reason));
    }
  }

  /// What the device says it is like.
  ///
  /// @param version how often it has changed
  record ReportedPart(JsonNode document, long version, Optional<Instant> updatedAt) {}
}
