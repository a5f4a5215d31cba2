package dev.fairlead.agent.command;

import dev.fairlead.protocol.Body;
import java.time.Duration;

/// Runs the commands of one kind.
@FunctionalInterface
public interface CommandHandler {

  /// Runs one command, on the calling thread.
  ///
  /// @param body the command's argument
  /// @param timeLeft until the command's deadline
  /// @throws InterruptedException if the command is no longer wanted; nothing of it goes on then
  Outcome run(Body body, Duration timeLeft) throws InterruptedException;
}
