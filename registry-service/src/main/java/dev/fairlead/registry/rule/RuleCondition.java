package dev.fairlead.registry.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// When a rule raises an alert. Its document has been checked against the contract before.
sealed interface RuleCondition {

  /// The longest time that a condition may have to hold.
  Duration PATIENCE_MAX = Duration.ofDays(30);

  /// A measurement stands so to a value, for some time.
  ///
  /// @param clearAt what the measurement must be past for the condition to end, where that is not
  ///     the value itself
  record Threshold(
      String key, Operator operator, JsonNode value, Optional<Double> clearAt, Duration patience)
      implements RuleCondition {

    @Override
    public String kind() {
      return "threshold";
    }

    /// Whether the condition holds for a measurement.
    ///
    /// @param firing whether it held before
    /// @return empty for a measurement of another kind than the value
    Optional<Boolean> holds(JsonNode measured, boolean firing) {
      if (measured.isNumber() && value.isNumber()) {
        double limit = firing ? clearAt.orElse(value.doubleValue()) : value.doubleValue();
        return Optional.of(operator.holds(Double.compare(measured.doubleValue(), limit)));
      }
      return measured.getNodeType() == value.getNodeType()
          ? Optional.of(operator.holds(measured.equals(value) ? 0 : 1))
          : Optional.empty();
    }
  }

  /// No measurement comes for some time.
  ///
  /// @param key of the measurement; empty for any
  record Absence(Optional<String> key, Duration patience) implements RuleCondition {
    @Override
    public String kind() {
      return "absence";
    }
  }

  /// The device is not connected for some time.
  record Offline(Duration patience) implements RuleCondition {
    @Override
    public String kind() {
      return "offline";
    }
  }

  /// The device connects too often.
  ///
  /// @param sessions so many
  /// @param patience within so long
  record Flapping(int sessions, Duration patience) implements RuleCondition {
    @Override
    public String kind() {
      return "flapping";
    }
  }

  /// How a measurement and a value are compared.
  enum Operator {
    GREATER(">"),
    AT_LEAST(">="),
    LESS("<"),
    AT_MOST("<="),
    EQUAL("="),
    UNEQUAL("!=");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    static Operator of(String sign) {
      for (Operator operator : values()) {
        if (operator.sign.equals(sign)) {
          return operator;
        }
      }
      throw new IllegalArgumentException("no operator: " + sign);
    }

    /// Whether it goes by the order of numbers.
    boolean orders() {
      return this != EQUAL && this != UNEQUAL;
    }

    boolean holds(int compared) {
      return switch (this) {
        case GREATER -> compared > 0;
        case AT_LEAST -> compared >= 0;
        case LESS -> compared < 0;
        case AT_MOST -> compared <= 0;
        case EQUAL -> compared == 0;
        case UNEQUAL -> compared != 0;
      };
    }
  }

  /// The word for it.
  String kind();

  /// How long it must hold; of flapping, within how long so many sessions begin.
  Duration patience();

  /// Reads the document of a condition.
  ///
  /// @throws ProblemException `validation-failed` for members that do not go together
  static RuleCondition of(JsonNode document) {
    return switch (document.path("kind").asText()) {
      case "threshold" -> threshold(document);
      case "absence" -> {
        only(document, Set.of("kind", "key", "for"));
        yield new Absence(
            Optional.ofNullable(document.path("key").textValue()), patience(document, "for"));
      }
      case "offline" -> {
        only(document, Set.of("kind", "for"));
        yield new Offline(patience(document, "for"));
      }
      default -> {
        only(document, Set.of("kind", "sessions", "within"));
        if (!document.has("sessions")) {
          throw wrong("'sessions' is missing");
        }
        yield new Flapping(document.path("sessions").intValue(), patience(document, "within"));
      }
    };
  }

  private static Threshold threshold(JsonNode document) {
    only(document, Set.of("kind", "key", "operator", "value", "clearAt", "for"));
    for (String member : new String[] {"key", "operator", "value"}) {
      if (!document.has(member)) {
        throw wrong("'" + member + "' is missing");
      }
    }
    Operator operator = Operator.of(document.path("operator").asText());
    JsonNode value = document.path("value");
    if (operator.orders() && !value.isNumber()) {
      throw wrong("'value' is no number, which '" + operator.sign + "' needs");
    }
    Optional<Double> clearAt =
        document.has("clearAt")
            ? Optional.of(document.path("clearAt").doubleValue())
            : Optional.empty();
    if (clearAt.isPresent() && !isOnTheOtherSide(operator, value.doubleValue(), clearAt.get())) {
      throw wrong("'clearAt' lies where the condition holds");
    }
    return new Threshold(
        document.path("key").asText(),
        operator,
        value,
        clearAt,
        document.has("for") ? patience(document, "for") : Duration.ZERO);
  }

  private static boolean isOnTheOtherSide(Operator operator, double value, double clearAt) {
    return switch (operator) {
      case GREATER, AT_LEAST -> clearAt <= value;
      case LESS, AT_MOST -> clearAt >= value;
      case EQUAL, UNEQUAL -> false;
    };
  }

  private static void only(JsonNode document, Set<String> known) {
    document
        .fieldNames()
        .forEachRemaining(
            member -> {
              if (!known.contains(member)) {
                throw wrong(
                    "'%s' says nothing about the kind '%s'"
                        .formatted(member, document.path("kind").asText()));
              }
            });
  }

  private static Duration patience(JsonNode document, String member) {
    Matcher matcher = DURATION.matcher(document.path(member).asText());
    if (!matcher.matches()) {
      throw wrong("'" + member + "' is missing");
    }
    Duration patience =
        Duration.parse(
            ("d".equals(matcher.group(2)) ? "P" : "PT")
                + (matcher.group(1) + matcher.group(2)).toUpperCase(Locale.ROOT));
    if (patience.compareTo(PATIENCE_MAX) > 0) {
      throw wrong("'" + member + "' is longer than 30 days");
    }
    return patience;
  }

  /// As the contract has it.
  Pattern DURATION = Pattern.compile("([1-9][0-9]{0,6})([smhd])");

  private static ProblemException wrong(String why) {
    return Problem.of(ProblemType.VALIDATION_FAILED, "The condition is not right: " + why + ".")
        .exception();
  }
}
