package dev.fairlead.endtoend.chaos;

import dev.fairlead.endtoend.chaos.Sender.Accepted;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What must hold of every command when all is over, by three witnesses: the interface, the
/// execution log, and the journals of the agents.
final class Check {

  /// Why a device fails a command that is to fail.
  static final String PLANNED = "as planned";

  private static final String INTERRUPTED = "interrupted";

  private final List<Accepted> accepted;
  private final Map<Integer, Found> found = new HashMap<>();
  private final ExecutionLog log;
  private final List<String> wrong = new ArrayList<>();

  /// @param found what the interface has of all devices
  Check(List<Accepted> accepted, Collection<Found> found, ExecutionLog log) {
    this.accepted = List.copyOf(accepted);
    this.log = log;
    for (Found one : found) {
      if (this.found.put(one.number(), one) != null) {
        wrong.add("two commands of number " + one.number());
      }
    }
  }

  /// All that is wrong, a line each.
  List<String> violations() {
    if (found.size() != accepted.size()) {
      wrong.add(accepted.size() + " were accepted, and there are " + found.size());
    }
    for (Accepted one : accepted) {
      Optional.ofNullable(found.get(one.order().number()))
          .ifPresentOrElse(
              command -> check(one, command), () -> wrong.add("there is none of " + one));
    }
    accepted.stream()
        .filter(one -> one.order().isOrdered())
        .collect(Collectors.groupingBy(one -> one.order().device()))
        .values()
        .forEach(this::checkOrder);
    return List.copyOf(wrong);
  }

  private void check(Accepted one, Found command) {
    Order order = one.order();
    List<ExecutionLog.Run> runs = log.of(order.number());
    boolean finished = runs.size() == 1 && runs.getFirst().isFinished();
    boolean right =
        command.id().equals(one.id())
            && command.finals().equals(List.of(command.state()))
            && runs.size() <= 1
            && runs.stream().allMatch(run -> run.device().equals(order.device()))
            && switch (command.state()) {
              case "succeeded" -> finished && !order.fails();
              case "failed" ->
                  command.reason().equals(INTERRUPTED)
                      || (finished && order.fails() && command.reason().equals(PLANNED));
              case "rejected" ->
                  runs.isEmpty() && command.reason().equals("expired") && hasDeadline(order);
              case "expired" -> hasDeadline(order) && (command.attempt() > 0 || runs.isEmpty());
              case "cancelled" ->
                  (order.isCancelled() || order.supersedes().isPresent())
                      && (command.attempt() > 0 || runs.isEmpty());
              default -> false;
            };
    if (!right) {
      wrong.add(
          "%s: %s, run %d times, finished: %s".formatted(one, command, runs.size(), finished));
    }
  }

  private static boolean hasDeadline(Order order) {
    return order.deadline().isPresent();
  }

  /// A run of an ordered command that was not taken back meanwhile.
  private record Turn(Order order, ExecutionLog.Run run) {}

  /// Of one device: those of a priority run as they were accepted, and none beside another.
  private void checkOrder(List<Accepted> ordered) {
    List<Turn> turns =
        ordered.stream()
            .filter(one -> endedByDevice(one.order().number()))
            .flatMap(
                one -> log.of(one.order().number()).stream().map(run -> new Turn(one.order(), run)))
            .sorted(Comparator.comparingLong(turn -> turn.run().begin()))
            .toList();
    Map<Integer, Turn> last = new HashMap<>();
    Optional<Turn> before = Optional.empty();
    for (Turn turn : turns) {
      before
          .filter(other -> other.run().isFinished() && other.run().end() > turn.run().begin())
          .ifPresent(other -> wrong.add(turn.order() + " ran beside " + other.order()));
      before = Optional.of(turn);
      Optional.ofNullable(last.put(turn.order().priority(), turn))
          .filter(other -> other.order().number() > turn.order().number())
          .ifPresent(other -> wrong.add(turn.order() + " ran after " + other.order()));
    }
  }

  private boolean endedByDevice(int number) {
    return Optional.ofNullable(found.get(number))
        .filter(command -> command.state().equals("succeeded") || command.state().equals("failed"))
        .isPresent();
  }

  /// The ordered commands and how they ended, by id.
  Map<String, String> ordered() {
    return accepted.stream()
        .filter(one -> one.order().isOrdered() && found.containsKey(one.order().number()))
        .collect(
            Collectors.toMap(
                Accepted::id,
                one -> Optional.ofNullable(found.get(one.order().number())).orElseThrow().state()));
  }

  /// How many ended how, and how many were sent again.
  Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    found.values().forEach(command -> counts.merge(command.state(), 1, Integer::sum));
    found.values().stream()
        .filter(command -> command.attempt() > 1)
        .forEach(_ -> counts.merge("sent more than once", 1, Integer::sum));
    found.values().stream()
        .filter(command -> command.reason().equals(INTERRUPTED))
        .forEach(_ -> counts.merge("interrupted", 1, Integer::sum));
    return counts;
  }
}
