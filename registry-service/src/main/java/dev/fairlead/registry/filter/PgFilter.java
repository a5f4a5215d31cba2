package dev.fairlead.registry.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.registry.filter.Filter.Attribute;
import dev.fairlead.registry.filter.Filter.Field;
import dev.fairlead.registry.filter.Filter.Operator;
import dev.fairlead.registry.filter.Filter.Value;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Filters as conditions of SQL, over the tables `device`, `presence`, `reported` and
/// `telemetry_latest`; other tables are looked into. Values are parameters; nothing of a filter's
/// text becomes part of the statement's.
public final class PgFilter {

  private static final double EARTH_RADIUS_METERS = 6_371_008.8;
  private static final double DEGREES_ROUND = 360;
  private static final String REPORTED = "reported.document";

  /// What the index over documents has.
  private static final String NOT_EMPTY = "reported.document <> '{}' and ";

  private final Tuple parameters;
  private final Instant now;

  /// @param parameters of the statement; those of the filter are added
  /// @param now what `ago` counts from
  public PgFilter(Tuple parameters, Instant now) {
    this.parameters = parameters;
    this.now = now;
  }

  /// Whether an index leads to what meets a filter; else every device of the tenant has to be
  /// looked at.
  ///
  /// @return the first part that no index leads to and that decides; empty where one does
  public static Optional<Filter> unindexed(Filter filter) {
    return switch (filter) {
      case Filter.And(List<Filter> parts) -> {
        Optional<Filter> first = Optional.empty();
        for (Filter part : parts) {
          Optional<Filter> found = unindexed(part);
          if (found.isEmpty()) {
            yield Optional.empty();
          }
          first = first.or(() -> found);
        }
        yield first;
      }
      case Filter.Or(List<Filter> parts) ->
          parts.stream().map(PgFilter::unindexed).flatMap(Optional::stream).findFirst();
      case Filter.Compare(Field field, Operator operator, Value value)
          when isIndexed(field, operator, value) ->
          Optional.empty();
      case Filter.In(Field field, List<Value> values)
          when values.stream().allMatch(value -> isIndexed(field, Operator.EQUAL, value)) ->
          Optional.empty();
      case Filter.Near _, Filter.Box _, Filter.Words _ -> Optional.empty();
      case Filter.Not _, Filter.Exists _, Filter.Compare _, Filter.In _ -> Optional.of(filter);
    };
  }

  private static boolean isIndexed(Field field, Operator operator, Value value) {
    return switch (field) {
      case Field.Own(Attribute attribute) ->
          switch (attribute) {
            case ID, NAME -> operator == Operator.EQUAL || operator == Operator.BEGINS;
            case TYPE, PARENT, HEALTH, ONLINE, GATEWAY, ALERT, GROUP -> operator == Operator.EQUAL;
            case BLOCKED, FLAPPING ->
                operator == Operator.EQUAL && value.equals(new Value.Bool(true));
            case IN_SYNC -> operator == Operator.EQUAL && value.equals(new Value.Bool(false));
            case REASON, WIRE, CREATED_AT, UPDATED_AT, SINCE, LAST_SEEN_AT -> false;
          };
      case Field.Tag _, Field.Reported _, Field.Desired _ -> operator == Operator.EQUAL;
      case Field.Telemetry _ -> false;
    };
  }

  /// The values in JSON that all that meets a filter has in fields of one sort. The database can
  /// look them up, and guesses badly how many devices have them.
  ///
  /// @param fields tags, or what was reported
  public static Optional<Filter> contained(Filter filter, Class<? extends Field> fields) {
    List<Filter> found =
        parts(filter)
            .filter(
                part ->
                    part instanceof Filter.Compare(Field field, Operator operator, Value _)
                        && operator == Operator.EQUAL
                        && fields.isInstance(field))
            .toList();
    return found.isEmpty() ? Optional.empty() : Optional.of(new Filter.And(found));
  }

  private static Stream<Filter> parts(Filter filter) {
    return filter instanceof Filter.And(List<Filter> parts)
        ? parts.stream().flatMap(PgFilter::parts)
        : Stream.of(filter);
  }

  /// The condition, in parentheses where it needs them.
  public String condition(Filter filter) {
    return switch (filter) {
      case Filter.And(List<Filter> parts) -> joined(parts, " and ");
      case Filter.Or(List<Filter> parts) -> joined(parts, " or ");
      case Filter.Not(Filter part) -> "not coalesce(" + condition(part) + ", false)";
      case Filter.Compare(Field field, Operator operator, Value value) ->
          compared(field, operator, value);
      case Filter.In(Field field, List<Value> values) ->
          values.stream()
              .map(value -> compared(field, Operator.EQUAL, value))
              .collect(Collectors.joining(" or ", "(", ")"));
      case Filter.Exists(Field field) -> exists(field);
      case Filter.Near near -> near(near);
      case Filter.Box box -> box(box);
      case Filter.Words(List<String> words) -> words(words);
    };
  }

  private String joined(List<Filter> parts, String word) {
    return parts.stream().map(this::condition).collect(Collectors.joining(word, "(", ")"));
  }

  private String compared(Field field, Operator operator, Value value) {
    return switch (field) {
      case Field.Own(Attribute attribute) -> own(attribute, operator, value);
      case Field.Tag(String key) -> json("device.tags", List.of(key), operator, value);
      case Field.Reported(List<String> path) -> json(REPORTED, path, operator, value);
      case Field.Desired(List<String> path) ->
          desired(json("desired.document", path, operator, value));
      case Field.Telemetry(String key) ->
          json("telemetry_latest.metrics", List.of(key, "value"), operator, value);
    };
  }

  private String own(Attribute attribute, Operator operator, Value value) {
    return switch (attribute) {
      case NAME -> name(operator, value);
      case ALERT ->
          "device.id in (select alert.device_id from alert where alert.tenant = device.tenant"
              + " and alert.closed_at is null and alert.code = "
              + parameter(plain(value))
              + ")";
      case GROUP ->
          "device.id in (select member.device_id from device_group_member member"
              + " where member.tenant = device.tenant and member.group_id = "
              + parameter(plain(value))
              + ")";
      case GATEWAY -> "(presence.online and " + simple("presence.gateway", operator, value) + ")";
      case BLOCKED ->
          operator == Operator.EQUAL == ((Value.Bool) value).yes() ? blocked() : "not " + blocked();
      case FLAPPING ->
          (operator == Operator.EQUAL == ((Value.Bool) value).yes() ? "" : "not ") + flapping();
      case ONLINE -> online(operator == Operator.EQUAL == ((Value.Bool) value).yes());
      case IN_SYNC ->
          (operator == Operator.EQUAL == ((Value.Bool) value).yes() ? "not " : "")
              + desired("not desired.in_sync");
      default -> simple(column(attribute), operator, value);
    };
  }

  /// That devices are online or are not, as the index over their health has it.
  public static String online(boolean yes) {
    return yes ? "presence.health in ('green', 'red')" : "presence.health = 'grey'";
  }

  /// Few devices may have such a row, and those are looked up.
  private static String desired(String condition) {
    return "device.id in (select desired.device_id from desired"
        + " where desired.tenant = device.tenant and "
        + condition
        + ")";
  }

  /// Whoever has no such time, or is past it, does not.
  private String flapping() {
    return "(presence.flapping and presence.flapping_until > "
        + parameter(PgColumns.parameter(now))
        + ")";
  }

  private static String blocked() {
    return "exists (select from device_block where device_block.tenant = device.tenant"
        + " and device_block.device_id = device.id)";
  }

  private static String column(Attribute attribute) {
    return switch (attribute) {
      case ID -> "device.id";
      case NAME -> "device.name";
      case TYPE -> "device.type";
      case PARENT -> "device.parent";
      case HEALTH -> "presence.health";
      case FLAPPING -> "presence.flapping";
      case GATEWAY -> "presence.gateway";
      case REASON -> "presence.reason";
      case WIRE -> "presence.wire";
      case CREATED_AT -> "device.created_at";
      case UPDATED_AT -> "device.updated_at";
      case SINCE -> "presence.since";
      case LAST_SEEN_AT ->
          "greatest(presence.last_seen_at, reported.updated_at, telemetry_latest.as_of)";
      case ONLINE, BLOCKED, IN_SYNC, ALERT, GROUP ->
          throw new IllegalArgumentException(attribute + " is no column");
    };
  }

  /// The index is over names in lower case; among what it leads to the exact ones count.
  private String name(Operator operator, Value value) {
    String text = plain(value).toString();
    String lower = text.toLowerCase(Locale.ROOT);
    return switch (operator) {
      case BEGINS -> "lower(device.name) like " + parameter(beginning(lower));
      case EQUAL ->
          "(lower(device.name) = "
              + parameter(lower)
              + " and device.name = "
              + parameter(text)
              + ")";
      default -> simple("device.name", operator, value);
    };
  }

  private String simple(String column, Operator operator, Value value) {
    return switch (operator) {
      case UNEQUAL -> column + " <> " + parameter(plain(value));
      case BEGINS -> column + " like " + parameter(beginning(plain(value).toString()));
      default -> column + " " + operator.sign() + " " + parameter(plain(value));
    };
  }

  private String exists(Field field) {
    return switch (field) {
      case Field.Own own -> exists(own.attribute());
      case Field.Tag(String key) -> "jsonb_exists(device.tags, " + parameter(key) + ")";
      case Field.Reported(List<String> path) -> matches("reported.document", path, "");
      case Field.Desired(List<String> path) -> desired(matches("desired.document", path, ""));
      case Field.Telemetry(String key) ->
          "jsonb_exists(telemetry_latest.metrics, " + parameter(key) + ")";
    };
  }

  private static String exists(Attribute attribute) {
    return switch (attribute) {
      case ALERT ->
          "exists (select from alert where alert.tenant = device.tenant"
              + " and alert.device_id = device.id and alert.closed_at is null)";
      case GROUP ->
          "exists (select from device_group_member member"
              + " where member.tenant = device.tenant and member.device_id = device.id)";
      case BLOCKED -> blocked();
      case IN_SYNC -> desired("desired.version > 0");
      default -> column(attribute) + " is not null";
    };
  }

  /// Equality is containment, to which an index leads; all else is asked of the path.
  private String json(String column, List<String> path, Operator operator, Value value) {
    return switch (operator) {
      case EQUAL ->
          (column.equals(REPORTED) ? NOT_EMPTY : "")
              + column
              + " @> "
              + jsonParameter(nested(path, value))
              + "::text::jsonb";
      case BEGINS -> matches(column, path, " ? (@ starts with $value)", value);
      case UNEQUAL -> matches(column, path, " ? (@ != $value)", value);
      default -> matches(column, path, " ? (@ " + operator.sign() + " $value)", value);
    };
  }

  private String matches(String column, List<String> path, String condition, Value value) {
    return "jsonb_path_exists("
        + column
        + ", "
        + parameter(jsonPath(path) + condition)
        + "::text::jsonpath, "
        + jsonParameter(nested(List.of("value"), value))
        + "::text::jsonb, true)";
  }

  private String matches(String column, List<String> path, String condition) {
    return "jsonb_path_exists("
        + column
        + ", "
        + parameter(jsonPath(path) + condition)
        + "::text::jsonpath, '{}', true)";
  }

  /// Each part is a text in quotes, so that it is a name and nothing else.
  private static String jsonPath(List<String> path) {
    return path.stream()
        .map(part -> "." + text(JsonNodeFactory.instance.textNode(part)))
        .collect(Collectors.joining("", "strict $", ""));
  }

  private static JsonNode nested(List<String> path, Value value) {
    JsonNode node =
        switch (value) {
          case Value.Text(String text) -> JsonNodeFactory.instance.textNode(text);
          case Value.Numeric(var number) -> JsonNodeFactory.instance.numberNode(number);
          case Value.Bool(boolean yes) -> JsonNodeFactory.instance.booleanNode(yes);
          case Value.Time _, Value.Ago _ -> throw new IllegalArgumentException("JSON has no times");
        };
    for (String part : path.reversed()) {
      node = JsonNodeFactory.instance.objectNode().set(part, node);
    }
    return node;
  }

  /// Words are letters and digits, and nothing that a question of words could be made of.
  private String words(List<String> words) {
    return "device.words @@ "
        + parameter(words.stream().map(word -> word + ":*").collect(Collectors.joining("&")))
        + "::text::tsquery";
  }

  private String near(Filter.Near near) {
    double latitudes = Math.toDegrees(near.meters() / EARTH_RADIUS_METERS);
    double south = Math.max(-90, near.latitude() - latitudes);
    double north = Math.min(90, near.latitude() + latitudes);
    // Towards the poles a circle reaches over more meridians, and around a pole over all of them.
    double widest = Math.cos(Math.toRadians(Math.max(Math.abs(south), Math.abs(north))));
    double longitudes =
        widest * DEGREES_ROUND <= 2 * latitudes ? DEGREES_ROUND / 2 : latitudes / widest;
    double west = near.longitude() - longitudes;
    double east = near.longitude() + longitudes;
    return "("
        + box(
            new Filter.Box(
                south,
                west < -180 ? west + DEGREES_ROUND : west,
                north,
                east > 180 ? east - DEGREES_ROUND : east),
            longitudes * 2 >= DEGREES_ROUND)
        + " and "
        + distance(near)
        + " <= "
        + parameter(near.meters())
        + ")";
  }

  private String distance(Filter.Near near) {
    String latitude = parameter(near.latitude());
    String longitude = parameter(near.longitude());
    return "2 * "
        + EARTH_RADIUS_METERS
        + " * asin(least(1, sqrt(sind((device.latitude - "
        + latitude
        + ") / 2) ^ 2 + cosd("
        + latitude
        + ") * cosd(device.latitude) * sind((device.longitude - "
        + longitude
        + ") / 2) ^ 2)))";
  }

  private String box(Filter.Box box) {
    return box(box, false);
  }

  private String box(Filter.Box box, boolean wholeRound) {
    if (wholeRound) {
      return part(box.south(), -180, box.north(), 180);
    }
    return box.west() <= box.east()
        ? part(box.south(), box.west(), box.north(), box.east())
        : "("
            + part(box.south(), box.west(), box.north(), 180)
            + " or "
            + part(box.south(), -180, box.north(), box.east())
            + ")";
  }

  private String part(double south, double west, double north, double east) {
    return "(device.latitude between "
        + parameter(south)
        + " and "
        + parameter(north)
        + " and device.longitude between "
        + parameter(west)
        + " and "
        + parameter(east)
        + ")";
  }

  private Object plain(Value value) {
    return switch (value) {
      case Value.Text(String text) -> text;
      case Value.Numeric(var number) -> number;
      case Value.Bool(boolean yes) -> yes;
      case Value.Time(Instant at) -> PgColumns.parameter(at);
      case Value.Ago(var ago) -> PgColumns.parameter(now.minus(ago));
    };
  }

  private String parameter(Object value) {
    parameters.addValue(value);
    return "$" + parameters.size();
  }

  private String jsonParameter(JsonNode json) {
    return parameter(text(json));
  }

  private static String text(JsonNode json) {
    return Json.text(json);
  }

  /// The pattern of what begins so.
  private static String beginning(String prefix) {
    return prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
  }
}
