package dev.fairlead.command.api;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What this interface answers besides success.
final class CommandProblems {

  private CommandProblems() {}

  static ProblemException deviceNotFound(DeviceId device) {
    return Problem.of(ProblemType.DEVICE_NOT_FOUND, "There is no device '" + device + "'.")
        .exception();
  }

  static ProblemException commandNotFound(String id) {
    return Problem.of(ProblemType.COMMAND_NOT_FOUND, "There is no command '" + id + "'.")
        .exception();
  }

  static ProblemException batchNotFound(String id) {
    return Problem.of(ProblemType.COMMAND_NOT_FOUND, "There is no batch of commands '" + id + "'.")
        .exception();
  }

  static ProblemException commandFinal(CommandState state) {
    return Problem.of(ProblemType.COMMAND_FINAL, "The command is " + state.word() + " already.")
        .with("state", state.word())
        .exception();
  }

  static ProblemException notWrittenDown() {
    return Problem.of(
            ProblemType.UNAVAILABLE, "More commands come than can be written down at the moment.")
        .retryAfter(Duration.ofSeconds(2))
        .exception();
  }

  static ProblemException noKey() {
    return Problem.of(ProblemType.FORBIDDEN, "A filter is answered for a key or a token alone.")
        .exception();
  }

  static ProblemException tooFast(Duration again) {
    return Problem.of(
            ProblemType.TOO_MANY_REQUESTS,
            "The tenant sends more commands in a second than it may.")
        .retryAfter(Duration.ofSeconds(again.toSeconds() + 1))
        .exception();
  }

  static ProblemException badCursor() {
    return Problem.of(
            ProblemType.BAD_CURSOR,
            "Take the cursor from 'next' of the page before, or begin without one.")
        .exception();
  }

  /// A value that has the form of the contract and still cannot be used.
  static ProblemException invalid(String pointer, String message) {
    return Problem.of(
            ProblemType.VALIDATION_FAILED, "'" + pointer + "' is not right: " + message + ".")
        .with("errors", List.of(Map.of("pointer", pointer, "message", message)))
        .exception();
  }
}
