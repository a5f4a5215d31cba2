package dev.fairlead.command.batch;

import dev.fairlead.command.lifecycle.CommandState;
import dev.fairlead.runtime.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// Commands that were asked for together, as the interface shows them.
final class BatchDocument {

  private BatchDocument() {}

  /// What became of the request.
  ///
  /// @param accepted how many commands are kept
  /// @param refused the devices that got none, each with why
  record Sent(String id, int accepted, List<Refusal> refused) {

    Sent {
      refused = List.copyOf(refused);
    }
  }

  /// A device that got no command.
  record Refusal(String deviceId, String type, String title, String detail) {

    static Refusal of(String device, Problem problem) {
      return new Refusal(
          device, problem.type().uri().toString(), problem.type().title(), problem.detail());
    }
  }

  /// How the commands are.
  ///
  /// @param commands how many there are
  /// @param states how many are in each state that any is in
  record Progress(String id, int commands, Map<String, Integer> states) {

    static Progress of(UUID id, Map<CommandState, Integer> states) {
      Map<String, Integer> words = new TreeMap<>();
      states.forEach((state, count) -> words.put(state.word(), count));
      return new Progress(
          id.toString(), states.values().stream().mapToInt(Integer::intValue).sum(), words);
    }
  }
}
