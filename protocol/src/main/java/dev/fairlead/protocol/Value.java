package dev.fairlead.protocol;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// A value as both wires carry it. Immutable. The formats that MessagePack peers tell apart
/// (width of integers and floats) are part of the value and of its equality.
///
/// The `as…` methods read a value as a Java type and answer empty when it is of another kind.
public sealed interface Value {

  /// Nothing.
  record Null() implements Value {
    static final Null INSTANCE = new Null();
  }

  /// A truth value.
  record Bool(boolean value) implements Value {}

  /// An integer in its wire format. With [IntFormat#UINT64] the `long` carries the 64 bits, so
  /// what is negative there means a number from 2^63 on.
  ///
  /// Making one throws `IllegalArgumentException` if the format cannot carry the value.
  record Int(long value, IntFormat format) implements Value {
    public Int {
      if (!format.fits(value)) {
        throw new IllegalArgumentException(value + " does not fit " + format);
      }
    }

    /// Whether the number is greater than any `long`.
    public boolean exceedsLong() {
      return format == IntFormat.UINT64 && value < 0;
    }
  }

  /// A floating-point number; with `single`, one of 32 bits on the wire.
  ///
  /// Making one throws `IllegalArgumentException` if `single` and the value is not one of 32
  /// bits.
  @SuppressWarnings("JavaLangClash") // Always written Value.Float, beside Int, Text and the others.
  record Float(double value, boolean single) implements Value {
    public Float {
      if (single && Double.compare((float) value, value) != 0) {
        throw new IllegalArgumentException(value + " is not a 32-bit float");
      }
    }
  }

  /// A text of Unicode characters.
  ///
  /// Making one throws `IllegalArgumentException` if it holds a lone surrogate, which no wire can
  /// carry.
  record Text(String value) implements Value {
    public Text {
      Utf8.requireWellFormed(value);
    }
  }

  /// Plain bytes.
  record Bytes(Body content) implements Value {
    public Bytes {
      Objects.requireNonNull(content);
    }
  }

  /// An immutable list.
  record ListValue(List<Value> items) implements Value {
    static final ListValue EMPTY = new ListValue(List.of());

    public ListValue {
      items = List.copyOf(items);
    }
  }

  /// An immutable map in the order it was made.
  ///
  /// Making one throws `IllegalArgumentException` if a key holds a lone surrogate.
  record MapValue(Map<String, Value> entries) implements Value {
    static final MapValue EMPTY = new MapValue(Map.of());

    public MapValue {
      entries = OrderedMap.copyOf(entries);
    }
  }

  /// A MessagePack extension; type −1 is a time.
  record Extension(byte type, Body content) implements Value {
    /// The type of a time.
    public static final byte TIMESTAMP = -1;

    public Extension {
      Objects.requireNonNull(content);
    }
  }

  /// Nothing.
  static Value ofNull() {
    return Null.INSTANCE;
  }

  /// An integer in its shortest format.
  static Value of(long value) {
    return new Int(value, IntFormat.shortest(value));
  }

  /// An integer as 0xd3 and 8 bytes, whatever its size.
  static Value int64(long value) {
    return new Int(value, IntFormat.INT64);
  }

  /// A 64-bit float.
  static Value of(double value) {
    return new Float(value, false);
  }

  /// A truth value.
  static Value of(boolean value) {
    return new Bool(value);
  }

  /// A text; see [Text].
  static Value of(String value) {
    return new Text(value);
  }

  /// Plain bytes.
  static Value of(Body content) {
    return new Bytes(content);
  }

  /// A list.
  static Value of(List<? extends Value> items) {
    return new ListValue(List.copyOf(items));
  }

  /// A map in the order of its argument; see [MapValue].
  static Value of(Map<String, ? extends Value> entries) {
    return new MapValue(OrderedMap.copyOf(entries));
  }

  /// The truth value of a [Bool].
  default Optional<Boolean> asBool() {
    return this instanceof Bool bool ? Optional.of(bool.value()) : Optional.empty();
  }

  /// The number of an [Int] that a `long` can hold.
  default OptionalLong asLong() {
    return this instanceof Int number && !number.exceedsLong()
        ? OptionalLong.of(number.value())
        : OptionalLong.empty();
  }

  /// The number of a [Float] or an [Int], rounded to a `double`.
  default OptionalDouble asDouble() {
    return switch (this) {
      case Float number -> OptionalDouble.of(number.value());
      case Int number when !number.exceedsLong() -> OptionalDouble.of((double) number.value());
      case Int number -> OptionalDouble.of((double) number.value() + 0x1p64);
      case Null _, Bool _, Text _, Bytes _, ListValue _, MapValue _, Extension _ ->
          OptionalDouble.empty();
    };
  }

  /// The characters of a [Text].
  default Optional<String> asText() {
    return this instanceof Text text ? Optional.of(text.value()) : Optional.empty();
  }

  /// The content of a [Bytes].
  default Optional<Body> asBytes() {
    return this instanceof Bytes bytes ? Optional.of(bytes.content()) : Optional.empty();
  }

  /// The items of a [ListValue].
  default Optional<List<Value>> asList() {
    return this instanceof ListValue list ? Optional.of(list.items()) : Optional.empty();
  }

  /// The entries of a [MapValue].
  default Optional<Map<String, Value>> asMap() {
    return this instanceof MapValue map ? Optional.of(map.entries()) : Optional.empty();
  }
}
