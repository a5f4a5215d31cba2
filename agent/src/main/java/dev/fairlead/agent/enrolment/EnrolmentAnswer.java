package dev.fairlead.agent.enrolment;

import java.time.Duration;
import java.util.Optional;

/// What a server answers a device that enrols.
sealed interface EnrolmentAnswer {

  /// The device is let in.
  record Accepted(String token) implements EnrolmentAnswer {

    /// Says nothing of the token.
    @Override
    public String toString() {
      return "Accepted[…]";
    }
  }

  /// A person has to decide.
  ///
  /// @param enrolmentId to ask by
  record Pending(String enrolmentId, Optional<Duration> after) implements EnrolmentAnswer {}

  /// The device is not let in.
  record Refused(String reason) implements EnrolmentAnswer {}

  /// There is no such enrolment, or none any more.
  record Forgotten() implements EnrolmentAnswer {}

  /// The server cannot at the moment.
  record Later(String reason, Optional<Duration> after) implements EnrolmentAnswer {}

  /// Anything else.
  record Failed(String reason) implements EnrolmentAnswer {}
}
