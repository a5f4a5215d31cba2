package dev.fairlead.agent.command;

import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.Value;
import java.util.Map;
import java.util.Optional;

/// How a command ended.
///
/// @param reason why, for people; where it did not succeed
/// @param body JSON, or empty
public record Outcome(ResultStatus status, Optional<String> reason, Body body) {

  /// Most characters of a reason; longer ones are cut, so that every header has room for them.
  static final int REASON_CHARACTERS_MAX = 500;

  public Outcome {
    reason = reason.map(Outcome::cut);
  }

  private static String cut(String text) {
    if (text.length() <= REASON_CHARACTERS_MAX) {
      return text;
    }
    boolean splitsPair = Character.isHighSurrogate(text.charAt(REASON_CHARACTERS_MAX - 1));
    return text.substring(0, splitsPair ? REASON_CHARACTERS_MAX - 1 : REASON_CHARACTERS_MAX);
  }

  /// Done, with what it yielded.
  public static Outcome succeeded(Map<String, Value> yield) {
    return new Outcome(ResultStatus.SUCCEEDED, Optional.empty(), Json.write(yield));
  }

  /// Tried and not done.
  public static Outcome failed(String reason) {
    return new Outcome(ResultStatus.FAILED, Optional.of(reason), Body.EMPTY);
  }

  /// Tried and not done, with what it yielded all the same.
  public static Outcome failed(String reason, Map<String, Value> yield) {
    return new Outcome(ResultStatus.FAILED, Optional.of(reason), Json.write(yield));
  }

  /// Not tried.
  public static Outcome rejected(String reason) {
    return new Outcome(ResultStatus.REJECTED, Optional.of(reason), Body.EMPTY);
  }

  /// This outcome without its body, and why.
  Outcome withoutBody(String why) {
    String reasons = reason.map(first -> first + "; " + why).orElse(why);
    return new Outcome(status, Optional.of(reasons), Body.EMPTY);
  }

  Message toMessage(String commandId) {
    return reason
        .map(why -> Messages.result(commandId, status, why, body))
        .orElseGet(() -> Messages.result(commandId, status, body));
  }
}
