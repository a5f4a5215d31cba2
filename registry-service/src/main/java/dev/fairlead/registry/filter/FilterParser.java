package dev.fairlead.registry.filter;

import dev.fairlead.registry.filter.Filter.Attribute;
import dev.fairlead.registry.filter.Filter.Field;
import dev.fairlead.registry.filter.Filter.Operator;
import dev.fairlead.registry.filter.Filter.Value;
import dev.fairlead.registry.filter.FilterTokens.Kind;
import dev.fairlead.registry.filter.FilterTokens.Token;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Reads filters. Used once.
public final class FilterParser {

  /// The longest text of a filter, in characters.
  public static final int LENGTH_MAX = 4096;

  private static final int DEPTH_MAX = 16;
  private static final int TERMS_MAX = 128;
  private static final int PATH_MAX = 16;
  private static final int WORDS_MAX = 16;
  private static final double EARTH_HALF_ROUND_METERS = 20_040_000;
  private static final Set<String> HEALTH = Set.of("green", "red", "grey");
  private static final Map<String, Duration> TIMES =
      Map.of(
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));
  private static final Map<String, Double> LENGTHS = Map.of("m", 1.0, "km", 1000.0);
  private static final Duration AGO_MAX = Duration.ofDays(36_500);

  private final List<Token> tokens;
  private int next;
  private int terms;

  private FilterParser(List<Token> tokens) {
    this.tokens = tokens;
  }

  /// Reads a filter.
  ///
  /// @throws ProblemException `validation-failed`, which tells what is wrong and where, for what is
  ///     none
  public static Filter parse(String text) {
    if (text.length() > LENGTH_MAX) {
      throw wrong(LENGTH_MAX, "a filter has at most " + LENGTH_MAX + " characters");
    }
    if (text.indexOf('\0') >= 0) {
      throw wrong(text.indexOf('\0'), "no filter has this character");
    }
    FilterParser parser = new FilterParser(FilterTokens.of(text));
    Filter filter = parser.or(0);
    if (parser.peek().kind() != Kind.END) {
      throw wrong(parser.peek().at(), "'and', 'or' or the end was expected");
    }
    return filter;
  }

  private Filter or(int depth) {
    List<Filter> parts = new ArrayList<>(List.of(and(depth)));
    while (takeWord("or")) {
      parts.add(and(depth));
    }
    return parts.size() == 1 ? parts.getFirst() : new Filter.Or(parts);
  }

  private Filter and(int depth) {
    List<Filter> parts = new ArrayList<>(List.of(not(depth)));
    while (takeWord("and")) {
      parts.add(not(depth));
    }
    return parts.size() == 1 ? parts.getFirst() : new Filter.And(parts);
  }

  private Filter not(int depth) {
    if (depth > DEPTH_MAX) {
      throw wrong(peek().at(), "a filter is at most " + DEPTH_MAX + " levels deep");
    }
    if (takeWord("not")) {
      return new Filter.Not(not(depth + 1));
    }
    if (takeSign("(")) {
      Filter inner = or(depth + 1);
      expectSign(")");
      return inner;
    }
    return term();
  }

  private Filter term() {
    if (++terms > TERMS_MAX) {
      throw wrong(peek().at(), "a filter has at most " + TERMS_MAX + " conditions");
    }
    Token start = take();
    if (start.kind() != Kind.WORD) {
      throw wrong(start.at(), "a field was expected");
    }
    return switch (start.text()) {
      case "near" -> near();
      case "box" -> box();
      case "exists" -> exists();
      case "text" -> words();
      default -> condition(start);
    };
  }

  private Filter condition(Token start) {
    Field field = field(start);
    if (takeWord("in")) {
      expectSign("(");
      List<Value> values = new ArrayList<>();
      do {
        if (++terms > TERMS_MAX) {
          throw wrong(peek().at(), "a filter has at most " + TERMS_MAX + " conditions");
        }
        values.add(value(field, Operator.EQUAL));
      } while (takeSign(","));
      expectSign(")");
      return new Filter.In(field, values);
    }
    Optional<Operator> operator = takeOperator();
    if (operator.isEmpty()) {
      if (field instanceof Field.Own own && own.attribute().kind() == Attribute.Kind.BOOL) {
        return new Filter.Compare(field, Operator.EQUAL, new Value.Bool(true));
      }
      throw wrong(peek().at(), "one of = != < <= > >= ^= in was expected");
    }
    return new Filter.Compare(field, operator.get(), value(field, operator.get()));
  }

  private Field field(Token start) {
    return switch (start.text()) {
      case "tag" -> new Field.Tag(String.join(".", path()));
      case "reported" -> new Field.Reported(path());
      case "desired" -> new Field.Desired(path());
      case "telemetry" -> new Field.Telemetry(String.join(".", path()));
      default ->
          Arrays.stream(Attribute.values())
              .filter(attribute -> attribute.word().equals(start.text()))
              .findFirst()
              .map(Field.Own::new)
              .orElseThrow(() -> wrong(start.at(), "no device has a field '" + start.text() + "'"));
    };
  }

  private List<String> path() {
    List<String> path = new ArrayList<>();
    expectSign(".");
    do {
      Token part = take();
      if (part.kind() != Kind.WORD && part.kind() != Kind.TEXT && part.kind() != Kind.NUMBER) {
        throw wrong(part.at(), "a name was expected");
      }
      path.add(part.text());
    } while (takeSign("."));
    if (path.size() > PATH_MAX) {
      throw wrong(peek().at(), "a path has at most " + PATH_MAX + " parts");
    }
    return path;
  }

  private Filter exists() {
    expectSign("(");
    Field field = field(take());
    expectSign(")");
    return new Filter.Exists(field);
  }

  private Filter words() {
    expectSign("(");
    Token text = take();
    if (text.kind() != Kind.TEXT && text.kind() != Kind.WORD && text.kind() != Kind.NUMBER) {
      throw wrong(text.at(), "words to look for were expected");
    }
    expectSign(")");
    Set<String> words = SearchWords.of(Stream.of(text.text()));
    if (words.isEmpty() || words.size() > WORDS_MAX) {
      throw wrong(text.at(), "from 1 to " + WORDS_MAX + " words were expected");
    }
    return new Filter.Words(List.copyOf(words));
  }

  private Filter near() {
    expectSign("(");
    double latitude = number(-90, 90);
    expectSign(",");
    double longitude = number(-180, 180);
    expectSign(",");
    Token radius = take();
    double meters =
        switch (radius.kind()) {
          case NUMBER -> new BigDecimal(radius.text()).doubleValue();
          case QUANTITY -> quantity(radius, LENGTHS);
          default -> throw wrong(radius.at(), "a distance such as 500m or 10km was expected");
        };
    if (meters <= 0 || meters > EARTH_HALF_ROUND_METERS) {
      throw wrong(radius.at(), "no such distance is on earth");
    }
    expectSign(")");
    return new Filter.Near(latitude, longitude, meters);
  }

  private Filter box() {
    int at = peek().at();
    expectSign("(");
    double south = number(-90, 90);
    expectSign(",");
    double west = number(-180, 180);
    expectSign(",");
    double north = number(-90, 90);
    expectSign(",");
    double east = number(-180, 180);
    expectSign(")");
    if (south > north) {
      throw wrong(at, "a box goes from south to north");
    }
    return new Filter.Box(south, west, north, east);
  }

  private double number(double least, double most) {
    Token token = take();
    double number =
        token.kind() == Kind.NUMBER ? new BigDecimal(token.text()).doubleValue() : Double.NaN;
    if (!(number >= least && number <= most)) {
      throw wrong(
          token.at(), "a number from " + (int) least + " to " + (int) most + " was expected");
    }
    return number;
  }

  private static double quantity(Token token, Map<String, Double> units) {
    String[] parts = token.text().split(" ", -1);
    Double unit = units.get(parts[1]);
    if (unit == null) {
      throw wrong(
          token.at(), "the unit must be one of " + units.keySet().stream().sorted().toList());
    }
    return new BigDecimal(parts[0]).doubleValue() * unit;
  }

  private Value value(Field field, Operator operator) {
    int at = peek().at();
    Value value = anyValue();
    if (operator == Operator.BEGINS && !(value instanceof Value.Text)) {
      throw wrong(at, "only with a text something can begin");
    }
    return switch (field) {
      case Field.Own(Attribute attribute) -> fitting(attribute, operator, value, at);
      case Field.Tag _ when value instanceof Value.Text -> value;
      case Field.Tag _ -> throw wrong(at, "tags are texts");
      case Field.Reported _, Field.Desired _, Field.Telemetry _
          when value instanceof Value.Time || value instanceof Value.Ago ->
          throw wrong(at, "JSON has no times, but texts and numbers");
      case Field.Reported _, Field.Desired _, Field.Telemetry _ -> value;
    };
  }

  private static Value fitting(Attribute attribute, Operator operator, Value value, int at) {
    boolean equality = operator == Operator.EQUAL || operator == Operator.UNEQUAL;
    return switch (attribute.kind()) {
      case TEXT -> text(value, at);
      case MEMBER -> {
        if (operator != Operator.EQUAL) {
          throw wrong(at, "'" + attribute.word() + "' takes = and in");
        }
        yield text(value, at);
      }
      case HEALTH -> {
        if (!equality || !HEALTH.contains(text(value, at).text())) {
          throw wrong(at, "health is or is not green, red or grey");
        }
        yield value;
      }
      case BOOL -> {
        if (!equality || !(value instanceof Value.Bool)) {
          throw wrong(at, "'" + attribute.word() + "' is true or false");
        }
        yield value;
      }
      case TIME -> time(operator, value, at);
    };
  }

  private static Value.Text text(Value value, int at) {
    if (value instanceof Value.Text text) {
      return text;
    }
    throw wrong(at, "a text was expected");
  }

  private static Value time(Operator operator, Value value, int at) {
    if (operator == Operator.BEGINS) {
      throw wrong(at, "a time begins with nothing");
    }
    return switch (value) {
      case Value.Ago ago -> ago;
      case Value.Text(String text) -> {
        try {
          yield new Value.Time(Instant.parse(text));
        } catch (DateTimeException e) {
          throw wrong(at, "a time such as \"2026-01-31T12:00:00Z\" or ago(1h) was expected");
        }
      }
      default -> throw wrong(at, "a time such as \"2026-01-31T12:00:00Z\" or ago(1h) was expected");
    };
  }

  private Value anyValue() {
    Token token = take();
    return switch (token.kind()) {
      case TEXT -> new Value.Text(token.text());
      case NUMBER -> new Value.Numeric(new BigDecimal(token.text()));
      case WORD ->
          switch (token.text()) {
            case "true" -> new Value.Bool(true);
            case "false" -> new Value.Bool(false);
            case "ago" -> ago();
            default -> new Value.Text(token.text());
          };
      case QUANTITY, SIGN, END -> throw wrong(token.at(), "a value was expected");
    };
  }

  private Value ago() {
    expectSign("(");
    Token token = take();
    String[] parts = token.text().split(" ", -1);
    Duration unit = token.kind() == Kind.QUANTITY ? TIMES.get(parts[1]) : null;
    if (unit == null) {
      throw wrong(token.at(), "a time such as 90s, 15m, 1h or 7d was expected");
    }
    double seconds = new BigDecimal(parts[0]).doubleValue() * unit.toSeconds();
    if (seconds < 0 || seconds > AGO_MAX.toSeconds()) {
      throw wrong(token.at(), "at most 36500d");
    }
    expectSign(")");
    return new Value.Ago(Duration.ofMillis(Math.round(seconds * 1000)));
  }

  private Optional<Operator> takeOperator() {
    for (Operator operator : Operator.values()) {
      if (takeSign(operator.sign())) {
        return Optional.of(operator);
      }
    }
    return Optional.empty();
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    Token token = peek();
    if (token.kind() != Kind.END) {
      next++;
    }
    return token;
  }

  private boolean takeWord(String word) {
    boolean there = peek().isWord(word);
    if (there) {
      next++;
    }
    return there;
  }

  private boolean takeSign(String sign) {
    boolean there = peek().isSign(sign);
    if (there) {
      next++;
    }
    return there;
  }

  private void expectSign(String sign) {
    if (!takeSign(sign)) {
      throw wrong(peek().at(), "'" + sign + "' was expected");
    }
  }

  /// @param at where, from 0
  static ProblemException wrong(int at, String why) {
    return Problem.of(
            ProblemType.VALIDATION_FAILED,
            "The filter cannot be read: at character " + (at + 1) + ", " + why + ".")
        .exception();
  }
}
