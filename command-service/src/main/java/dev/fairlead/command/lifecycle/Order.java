package dev.fairlead.command.lifecycle;

import java.util.Optional;

/// When a command is sent, next to the other commands of its device.
///
/// @param ordered whether it is sent only when no other ordered command is under way; else it is
///     sent beside others, up to [CommandSettings#concurrentMax] at once
/// @param priority from 0 to [#PRIORITY_MAX]; of those that wait, the highest is sent first, and of
///     the same the oldest
/// @param supersedes a key: it takes the place of commands of the same key that wait
public record Order(boolean ordered, int priority, Optional<String> supersedes) {

  /// The highest priority.
  public static final int PRIORITY_MAX = 9;

  /// The priority when nothing else is said.
  public static final int PRIORITY_DEFAULT = 4;

  /// @throws IllegalArgumentException for another priority
  public Order {
    if (priority < 0 || priority > PRIORITY_MAX) {
      throw new IllegalArgumentException("a priority is 0 to " + PRIORITY_MAX);
    }
  }
}
