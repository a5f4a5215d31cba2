package dev.fairlead.command.lifecycle;

import java.util.Optional;

/// What can happen to a command.
public sealed interface CommandEvent {

  /// It is being sent to the gateway that holds the device's session.
  record Sent() implements CommandEvent {}

  /// The device has it.
  record Delivered() implements CommandEvent {}

  /// The device is at it.
  ///
  /// @param said how far it is, in its words
  record Progressed(Optional<Payload> said) implements CommandEvent {}

  /// The device is through with it.
  record Ended(Outcome outcome) implements CommandEvent {}

  /// Its deadline and the grace after it have passed.
  record Expired() implements CommandEvent {}

  /// Somebody wants it no more.
  record Cancelled() implements CommandEvent {}
}
