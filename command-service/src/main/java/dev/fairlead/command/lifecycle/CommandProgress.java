package dev.fairlead.command.lifecycle;

import java.time.Instant;
import java.util.Optional;

/// What a device said last of how far a command is.
///
/// @param at when
/// @param payload what it said; empty where it said nothing, or more than [#BYTES_MAX]
public record CommandProgress(Instant at, Optional<Payload> payload) {

  /// The most bytes that are kept.
  public static final int BYTES_MAX = 4096;

  /// Leaves out what is too large.
  public CommandProgress {
    payload = payload.filter(said -> said.bytes().length <= BYTES_MAX);
  }
}
