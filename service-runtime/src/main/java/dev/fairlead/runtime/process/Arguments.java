package dev.fairlead.runtime.process;

import java.util.List;
import java.util.Optional;

/// What a service was asked to do on its command line.
enum Arguments {
  RUN,
  CHECK,
  MIGRATE,
  /// One that only this service knows.
  TASK,
  HELP;

  /// Empty for anything but nothing or one known argument.
  static Optional<Arguments> of(List<String> arguments) {
    if (arguments.isEmpty()) {
      return Optional.of(RUN);
    }
    return arguments.size() > 1
        ? Optional.empty()
        : switch (arguments.getFirst()) {
          case "--check" -> Optional.of(CHECK);
          case "--migrate" -> Optional.of(MIGRATE);
          case "--help", "-h" -> Optional.of(HELP);
          default -> Optional.empty();
        };
  }
}
