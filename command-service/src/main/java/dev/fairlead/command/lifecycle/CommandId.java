package dev.fairlead.command.lifecycle;

import java.util.Optional;
import java.util.UUID;

/// The id of a command: the same in the API, on the bus and on the device, through all attempts.
///
/// @param value random (RFC 9562 version 4)
public record CommandId(UUID value) {

  private static final int TEXT_LENGTH = 36;

  /// A new id.
  public static CommandId random() {
    return new CommandId(UUID.randomUUID());
  }

  /// Reads the text form; empty for what is not the id of any command.
  public static Optional<CommandId> parse(String text) {
    if (text.length() != TEXT_LENGTH) {
      return Optional.empty();
    }
    try {
      return Optional.of(new CommandId(UUID.fromString(text)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Where the HTTP interface shows the command.
  public String path() {
    return "/api/v1/commands/" + value;
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
