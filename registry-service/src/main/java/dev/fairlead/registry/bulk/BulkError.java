package dev.fairlead.registry.bulk;

import dev.fairlead.runtime.problem.ProblemException;
import java.util.Optional;

/// A row, or a device, with which it could not be done.
///
/// @param line of an import on which the row begins, from 1
/// @param code the last part of the type of the problem that a request would be answered with
/// @param message what is wrong, for people
record BulkError(Optional<Long> line, Optional<String> deviceId, String code, String message) {

  private static final int MESSAGE_MAX = 1_000;

  BulkError {
    message = message.length() > MESSAGE_MAX ? message.substring(0, MESSAGE_MAX) : message;
  }

  static BulkError of(Optional<Long> line, Optional<String> device, ProblemException cause) {
    String code = cause.problem().type().slug();
    return new BulkError(line, device, code, cause.problem().detail());
  }
}
