package dev.fairlead.registry.rule;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How a device stands to a rule, by records and their times. What time alone decides, it decides
/// when `dueAt` has come and no record said otherwise.
///
/// @param firing whether the condition holds, and has for as long as it must
/// @param changedAt when that last changed
/// @param since when the condition began to hold, where it must hold for some time
/// @param dueAt when `firing` becomes `dueFiring`
/// @param value the measurement that began it
record RuleState(
    boolean firing,
    Optional<Instant> changedAt,
    Optional<Instant> since,
    Optional<Instant> dueAt,
    boolean dueFiring,
    Optional<String> value) {

  /// Of a device of which nothing was heard yet.
  static final RuleState NONE =
      new RuleState(
          false, Optional.empty(), Optional.empty(), Optional.empty(), true, Optional.empty());

  private static final int VALUE_LENGTH_MAX = 64;

  /// What is put off by less than this part of its time is not written anew.
  private static final int SLACK = 10;

  /// Takes in a measurement.
  ///
  /// @param at when the bus was given it
  /// @param values of all keys in the record
  RuleState measured(RuleCondition condition, Instant at, JsonNode values) {
    return switch (condition) {
      case RuleCondition.Threshold threshold -> {
        JsonNode measured = values.path(threshold.key());
        yield threshold
            .holds(measured, firing)
            .map(holds -> holds ? held(threshold.patience(), at, measured) : ended(at))
            .orElse(this);
      }
      case RuleCondition.Absence absence ->
          absence.key().filter(key -> !values.has(key)).isPresent()
              ? this
              : present(absence.patience(), at);
      case RuleCondition.Offline _, RuleCondition.Flapping _ -> this;
    };
  }

  private RuleState held(Duration patience, Instant at, JsonNode measured) {
    if (firing) {
      return this;
    }
    Instant began = since.orElse(at);
    Instant due = began.plus(patience);
    Optional<String> beginning =
        value
            .filter(known -> since.isPresent())
            .or(() -> Optional.of(shortened(measured.asText())));
    return at.isBefore(due)
        ? new RuleState(false, changedAt, Optional.of(began), Optional.of(due), true, beginning)
        : new RuleState(
            true, Optional.of(due), Optional.of(began), Optional.empty(), true, beginning);
  }

  private RuleState ended(Instant at) {
    return firing || since.isPresent()
        ? new RuleState(
            false,
            firing ? Optional.of(at) : changedAt,
            Optional.empty(),
            Optional.empty(),
            true,
            Optional.empty())
        : this;
  }

  /// What is due is put off a little further than it must be, so that not each measurement is
  /// written down.
  private RuleState present(Duration patience, Instant at) {
    if (!firing && dueAt.filter(due -> !due.isBefore(at.plus(patience))).isPresent()) {
      return this;
    }
    return new RuleState(
        false,
        firing ? Optional.of(at) : changedAt,
        Optional.empty(),
        Optional.of(at.plus(patience).plus(patience.dividedBy(SLACK))),
        true,
        Optional.empty());
  }

  /// Takes in how a device is connected.
  ///
  /// @param since when that last changed
  /// @param opened when its last sessions began, the oldest first
  RuleState seen(RuleCondition condition, boolean online, Instant since, List<Instant> opened) {
    return switch (condition) {
      case RuleCondition.Offline offline ->
          online ? connected(since) : disconnected(since.plus(offline.patience()));
      case RuleCondition.Flapping flapping -> connectedOften(flapping, opened);
      case RuleCondition.Threshold _, RuleCondition.Absence _ -> this;
    };
  }

  private RuleState connected(Instant at) {
    return firing || dueAt.isPresent()
        ? new RuleState(
            false,
            firing ? Optional.of(at) : changedAt,
            Optional.empty(),
            Optional.empty(),
            true,
            Optional.empty())
        : this;
  }

  private RuleState disconnected(Instant due) {
    return firing || dueAt.filter(due::equals).isPresent()
        ? this
        : new RuleState(false, changedAt, Optional.empty(), Optional.of(due), true, value);
  }

  private RuleState connectedOften(RuleCondition.Flapping flapping, List<Instant> opened) {
    if (opened.size() < flapping.sessions()) {
      return this;
    }
    Instant first = opened.get(opened.size() - flapping.sessions());
    Instant last = opened.getLast();
    Instant end = first.plus(flapping.patience());
    return last.isAfter(end)
        ? this
        : new RuleState(
            true,
            firing ? changedAt : Optional.of(last),
            Optional.empty(),
            Optional.of(end),
            false,
            Optional.empty());
  }

  private static String shortened(String text) {
    return text.length() <= VALUE_LENGTH_MAX ? text : text.substring(0, VALUE_LENGTH_MAX);
  }
}
