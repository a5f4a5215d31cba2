package dev.fairlead.registry.delivery;

import java.time.Duration;
import java.util.Optional;

/// What became of an attempt.
///
/// @param delivered whether it was taken
/// @param status what was answered, by the way's own numbers; empty when nothing was
/// @param failure why it was not taken, for people; empty when it was
/// @param notBefore how long the receiver asks to be left alone
/// @param gone whether the receiver wants nothing any more
public record Outcome(
    boolean delivered,
    Optional<Integer> status,
    Optional<String> failure,
    Optional<Duration> notBefore,
    boolean gone) {

  /// It was taken.
  public static Outcome delivered(int status) {
    return new Outcome(true, Optional.of(status), Optional.empty(), Optional.empty(), false);
  }

  /// It came to no answer.
  public static Outcome failed(String failure) {
    return new Outcome(false, Optional.empty(), Optional.of(failure), Optional.empty(), false);
  }

  /// It was answered, but not taken.
  public static Outcome refused(
      int status, String failure, Optional<Duration> notBefore, boolean gone) {
    return new Outcome(false, Optional.of(status), Optional.of(failure), notBefore, gone);
  }
}
