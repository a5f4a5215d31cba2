package dev.fairlead.protocol;

import java.util.Locale;
import java.util.Optional;

/// What a device answers to a desired state (proto 258, `ack`).
public enum DesiredStatus {
  /// It has the version that the answer names; so also when no status is there.
  ACCEPTED,
  /// It will not have the version that the answer names, and stays with the one before.
  REJECTED,
  /// It has the version that the answer names, 0 for none, which is not the one that a patch was
  /// made from: it needs the whole.
  UNKNOWN_BASE;

  /// The status of that name on the wire.
  public static Optional<DesiredStatus> ofWireName(String name) {
    for (DesiredStatus status : values()) {
      if (status.wireName().equals(name)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }

  /// `accepted`, `rejected` or `unknown-base`.
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
