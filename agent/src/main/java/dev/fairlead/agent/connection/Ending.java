package dev.fairlead.agent.connection;

import java.time.Duration;
import java.util.Optional;

/// Why there is no connection any more, or why there was none: what the wait before the next try
/// depends on.
public sealed interface Ending {

  /// For a log.
  String reason();

  /// Refused, cut, silent, or closed for no reason that says more.
  record Lost(String reason) implements Ending {}

  /// The gateway asked for patience, for as long as it said.
  record Later(String reason, Optional<Duration> after) implements Ending {}

  /// Another connection with this credential took over.
  record Replaced(String reason) implements Ending {}

  /// The credential is not accepted.
  record Refused(String reason) implements Ending {}
}
