package dev.fairlead.registry.filter;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A condition that a device meets or does not. A comparison with something that a device has not
/// is not met, whatever the operator.
public sealed interface Filter {

  /// All of them.
  record And(List<Filter> parts) implements Filter {
    public And {
      parts = List.copyOf(parts);
    }
  }

  /// One of them at least.
  record Or(List<Filter> parts) implements Filter {
    public Or {
      parts = List.copyOf(parts);
    }
  }

  /// What does not meet another.
  record Not(Filter part) implements Filter {}

  /// A field that stands so to a value.
  record Compare(Field field, Operator operator, Value value) implements Filter {}

  /// A field that has one of these values.
  record In(Field field, List<Value> values) implements Filter {
    public In {
      values = List.copyOf(values);
    }
  }

  /// A field that the device has, whatever its value.
  record Exists(Field field) implements Filter {}

  /// What stands within a circle.
  ///
  /// @param latitude degrees north, -90 to 90
  /// @param longitude degrees east, -180 to 180
  record Near(double latitude, double longitude, double meters) implements Filter {}

  /// What stands between two parallels and two meridians; from west to east, so that a box may lie
  /// across the 180th meridian.
  record Box(double south, double west, double north, double east) implements Filter {}

  /// What has all these words among those of its id, name, type and tags.
  ///
  /// @param words letters and digits in lower case, at least one word; each may be the beginning of
  ///     a longer one
  record Words(List<String> words) implements Filter {
    public Words {
      words = List.copyOf(words);
    }
  }

  /// How a field and a value are compared.
  enum Operator {
    EQUAL("="),
    UNEQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">="),
    /// Of texts only.
    BEGINS("^=");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    /// How it is written.
    public String sign() {
      return sign;
    }
  }

  /// What a field is compared with.
  sealed interface Value {

    /// A text.
    record Text(String text) implements Value {}

    /// A number.
    record Numeric(BigDecimal number) implements Value {}

    /// Yes or no.
    record Bool(boolean yes) implements Value {}

    /// A point in time.
    record Time(Instant at) implements Value {}

    /// A time before now, whenever that is: a group goes with the clock.
    record Ago(Duration ago) implements Value {}
  }

  /// What a device has.
  sealed interface Field {

    /// One of the device's own.
    record Own(Attribute attribute) implements Field {}

    /// A tag.
    record Tag(String key) implements Field {}

    /// A place in what the device reports.
    record Reported(List<String> path) implements Field {
      public Reported {
        path = List.copyOf(path);
      }
    }

    /// A place in what the device is to be like.
    record Desired(List<String> path) implements Field {
      public Desired {
        path = List.copyOf(path);
      }
    }

    /// The latest value of a measurement.
    record Telemetry(String key) implements Field {}
  }

  /// What every device has of its own, and what kind of value that is.
  enum Attribute {
    ID("id", Kind.TEXT),
    NAME("name", Kind.TEXT),
    TYPE("type", Kind.TEXT),
    HEALTH("health", Kind.HEALTH),
    ONLINE("online", Kind.BOOL),
    BLOCKED("blocked", Kind.BOOL),
    /// Whether it has taken the newest version of its desired document.
    IN_SYNC("inSync", Kind.BOOL),
    /// Whether it connects too often.
    FLAPPING("flapping", Kind.BOOL),
    /// The device that speaks for it, if it is a sub-device.
    PARENT("parent", Kind.TEXT),
    GATEWAY("gateway", Kind.TEXT),
    REASON("reason", Kind.TEXT),
    WIRE("wire", Kind.TEXT),
    CREATED_AT("createdAt", Kind.TIME),
    UPDATED_AT("updatedAt", Kind.TIME),
    SINCE("since", Kind.TIME),
    LAST_SEEN_AT("lastSeenAt", Kind.TIME),
    /// The code of an alert that is open.
    ALERT("alert", Kind.MEMBER),
    /// A static group that the device is in.
    GROUP("group", Kind.MEMBER);

    /// What kinds of values there are.
    enum Kind {
      TEXT,
      HEALTH,
      BOOL,
      TIME,
      /// A device may have several.
      MEMBER
    }

    private final String word;
    private final Kind kind;

    Attribute(String word, Kind kind) {
      this.word = word;
      this.kind = kind;
    }

    /// How it is written.
    public String word() {
      return word;
    }

    Kind kind() {
      return kind;
    }
  }
}
