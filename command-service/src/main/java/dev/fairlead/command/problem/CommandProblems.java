package dev.fairlead.command.problem;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What the interface answers besides success.
public final class CommandProblems {

  private CommandProblems() {}

  /// No device has the id.
  public static ProblemException deviceNotFound(DeviceId device) {
    return Problem.of(ProblemType.DEVICE_NOT_FOUND, "There is no device '" + device + "'.")
        .exception();
  }

  /// No command that the caller may see has the id.
  public static ProblemException commandNotFound(String id) {
    return Problem.of(ProblemType.COMMAND_NOT_FOUND, "There is no command '" + id + "'.")
        .exception();
  }

  /// No batch that the caller may see has the id.
  public static ProblemException batchNotFound(String id) {
    return Problem.of(ProblemType.COMMAND_NOT_FOUND, "There is no batch of commands '" + id + "'.")
        .exception();
  }

  /// The command has ended, and is not cancelled.
  public static ProblemException commandFinal(CommandState state) {
    return Problem.of(ProblemType.COMMAND_FINAL, "The command is " + state.word() + " already.")
        .with("state", state.word())
        .exception();
  }

  /// More commands wait to be written down than should.
  public static ProblemException notWrittenDown() {
    return Problem.of(
            ProblemType.UNAVAILABLE, "More commands come than can be written down at the moment.")
        .retryAfter(Duration.ofSeconds(2))
        .exception();
  }

  /// Whoever asks came with something that cannot be passed on to the registry.
  public static ProblemException noKey() {
    return Problem.of(ProblemType.FORBIDDEN, "A filter is answered for a key or a token alone.")
        .exception();
  }

  /// The tenant is over its rate.
  public static ProblemException tooFast(Duration again) {
    return Problem.of(
            ProblemType.TOO_MANY_REQUESTS,
            "The tenant sends more commands in a second than it may.")
        .retryAfter(Duration.ofSeconds(again.toSeconds() + 1))
        .exception();
  }

  /// The cursor is not one of ours.
  public static ProblemException badCursor() {
    return Problem.of(
            ProblemType.BAD_CURSOR,
            "Take the cursor from 'next' of the page before, or begin without one.")
        .exception();
  }

  /// A value that has the form of the contract and still cannot be used.
  public static ProblemException invalid(String pointer, String message) {
    return Problem.of(
            ProblemType.VALIDATION_FAILED, "'" + pointer + "' is not right: " + message + ".")
        .with("errors", List.of(Map.of("pointer", pointer, "message", message)))
        .exception();
  }
}
