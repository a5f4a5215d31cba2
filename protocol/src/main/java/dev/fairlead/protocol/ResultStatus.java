package dev.fairlead.protocol;

import java.util.Locale;
import java.util.Optional;

/// How a device ended a command.
public enum ResultStatus {
  /// Done.
  SUCCEEDED,
  /// Tried and not done.
  FAILED,
  /// Not tried: unknown, forbidden or ill-formed.
  REJECTED;

  /// The status of that name on the wire.
  public static Optional<ResultStatus> ofWireName(String name) {
    for (ResultStatus status : values()) {
      if (status.wireName().equals(name)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }

  /// `succeeded`, `failed` or `rejected`.
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
