package dev.fairlead.registry.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fairlead.registry.filter.Filter.Attribute;
import dev.fairlead.registry.filter.Filter.Field;
import dev.fairlead.registry.filter.Filter.Operator;
import dev.fairlead.registry.filter.Filter.Value;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterParserTest {

  private static Filter compare(Attribute attribute, Operator operator, String text) {
    return new Filter.Compare(new Field.Own(attribute), operator, new Value.Text(text));
  }

  private static final Filter ONLINE =
      new Filter.Compare(new Field.Own(Attribute.ONLINE), Operator.EQUAL, new Value.Bool(true));

  @Test
  void bindsNotBeforeAndBeforeOr() {
    // When
    Filter filter = FilterParser.parse("not online and type = pump or id ^= 'a b'");

    // Then
    assertThat(filter)
        .isEqualTo(
            new Filter.Or(
                List.of(
                    new Filter.And(
                        List.of(
                            new Filter.Not(ONLINE),
                            compare(Attribute.TYPE, Operator.EQUAL, "pump"))),
                    compare(Attribute.ID, Operator.BEGINS, "a b"))));
  }

  @Test
  void takesParenthesesAndValuesOfEveryKind() {
    // When
    Filter filter =
        FilterParser.parse(
            "(telemetry.disk.root.used >= -1.5e2 or reported.\"a b\".c != true)"
                + " and tag.site in (north, \"so\\\"uth\") and lastSeenAt < ago(1.5h)"
                + " and createdAt > '2026-01-31T12:00:00Z' and exists(reported.gps)");

    // Then
    assertThat(filter)
        .isEqualTo(
            new Filter.And(
                List.of(
                    new Filter.Or(
                        List.of(
                            new Filter.Compare(
                                new Field.Telemetry("disk.root.used"),
                                Operator.AT_LEAST,
                                new Value.Numeric(new BigDecimal("-1.5e2"))),
                            new Filter.Compare(
                                new Field.Reported(List.of("a b", "c")),
                                Operator.UNEQUAL,
                                new Value.Bool(true)))),
                    new Filter.In(
                        new Field.Tag("site"),
                        List.of(new Value.Text("north"), new Value.Text("so\"uth"))),
                    new Filter.Compare(
                        new Field.Own(Attribute.LAST_SEEN_AT),
                        Operator.LESS,
                        new Value.Ago(Duration.ofMinutes(90))),
                    new Filter.Compare(
                        new Field.Own(Attribute.CREATED_AT),
                        Operator.GREATER,
                        new Value.Time(Instant.parse("2026-01-31T12:00:00Z"))),
                    new Filter.Exists(new Field.Reported(List.of("gps"))))));
  }

  @Test
  void takesWords() {
    assertThat(FilterParser.parse("text('Pump-17, NORTH pump')"))
        .isEqualTo(new Filter.Words(List.of("pump", "17", "north")));
    assertThat(FilterParser.parse("text(17)")).isEqualTo(new Filter.Words(List.of("17")));
    assertThat(FilterParser.parse("text(\"Å'&|!:*\")")).isEqualTo(new Filter.Words(List.of("å")));
  }

  @Test
  void takesPlaces() {
    assertThat(FilterParser.parse("near(52.5, -13.4, 10km)"))
        .isEqualTo(new Filter.Near(52.5, -13.4, 10_000));
    assertThat(FilterParser.parse("near(0, 0, 500)")).isEqualTo(new Filter.Near(0, 0, 500));
    assertThat(FilterParser.parse("box(-10, 170, 10, -170)"))
        .isEqualTo(new Filter.Box(-10, 170, 10, -170));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                      | at character 1, a field was expected",
        "text('%&')              | at character 6, from 1 to 16 words were expected",
        "id =                    | at character 5, a value was expected",
        "ids = a                 | at character 1, no device has a field 'ids'",
        "id a                    | at character 4, one of = != < <= > >= ^= in was expected",
        "id = a type = b         | at character 8, 'and', 'or' or the end was expected",
        "(id = a                 | at character 8, ')' was expected",
        "id = 'a                 | at character 6, nothing of the language stands here",
        "id = 5                  | at character 6, a text was expected",
        "online = 5              | at character 10, 'online' is true or false",
        "online > true           | at character 10, 'online' is true or false",
        "health = blue           | at character 10, health is or is not green, red or grey",
        "createdAt < yesterday   | at character 13, a time such as",
        "createdAt < ago(1y)     | at character 17, a time such as 90s, 15m, 1h or 7d",
        "createdAt ^= '2'        | at character 14, a time begins with nothing",
        "reported.a ^= 5         | at character 15, only with a text",
        "reported.a = ago(1h)    | at character 14, JSON has no times",
        "reported = 5            | at character 10, '.' was expected",
        "tag.a = 5               | at character 9, tags are texts",
        "group != a              | at character 10, 'group' takes = and in",
        "near(91, 0, 1km)        | at character 6, a number from -90 to 90",
        "near(0, 0, 1ly)         | at character 12, the unit must be one of [km, m]",
        "near(0, 0, 0m)          | at character 12, no such distance",
        "box(10, 0, -10, 0)      | at character 4, a box goes from south to north",
        "id in ()                | at character 8, a value was expected",
        "id = a; drop            | at character 7, nothing of the language stands here"
      })
  void saysWhatIsWrongAndWhere(String filter, String why) {
    assertThatThrownBy(() -> FilterParser.parse(filter)).hasMessageContaining(why);
  }

  @Test
  void keepsItsBounds() {
    assertThatThrownBy(() -> FilterParser.parse("(".repeat(20) + "online" + ")".repeat(20)))
        .hasMessageContaining("at most 16 levels deep");
    assertThatThrownBy(() -> FilterParser.parse("not ".repeat(1000) + "online"))
        .hasMessageContaining("at most 16 levels deep");
    assertThatThrownBy(() -> FilterParser.parse("online" + " or online".repeat(128)))
        .hasMessageContaining("at most 128 conditions");
    assertThatThrownBy(() -> FilterParser.parse("id in (a" + ",a".repeat(128) + ")"))
        .hasMessageContaining("at most 128 conditions");
    assertThatThrownBy(() -> FilterParser.parse(" ".repeat(4097)))
        .hasMessageContaining("at most 4096 characters");
    assertThatThrownBy(() -> FilterParser.parse("id = \0"))
        .hasMessageContaining("no filter has this character");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void readsOrRefusesWhateverComes(long seed) {
    // Given
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<String> pieces =
        List.of(
            "and",
            "or",
            "not",
            "(",
            ")",
            "id",
            "tag",
            ".",
            "online",
            "=",
            "^=",
            "<",
            "in",
            ",",
            "'x'",
            "\"",
            "5",
            "5km",
            "-",
            "near",
            "box",
            "exists",
            "ago",
            "reported",
            "\\",
            "é");
    for (int round = 0; round < 2_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int piece = 0; piece < random.nextInt(12); piece++) {
        text.append(pieces.get(random.nextInt(pieces.size()))).append(' ');
      }

      // When
      Throwable thrown = catchThrowable(() -> FilterParser.parse(text.toString()));

      // Then
      if (thrown != null) {
        assertThat(thrown).as(text.toString()).hasMessageContaining("The filter cannot be read");
      }
    }
  }
}
