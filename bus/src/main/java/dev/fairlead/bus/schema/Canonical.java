package dev.fairlead.bus.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.TreeSet;

/// Values written so that equal ones, and only they, are equal texts: `1` and `1.0` are the same
/// number, and members have no order (JSON Schema core §4.2.2).
final class Canonical {

  /// Numbers beyond a double are read as infinite; they are beyond all others.
  private static final BigDecimal INFINITE = new BigDecimal("1E400");

  private Canonical() {}

  static String text(JsonNode value) {
    StringBuilder text = new StringBuilder();
    write(value, text);
    return text.toString();
  }

  /// The exact value of a number.
  static BigDecimal number(JsonNode value) {
    if (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
      return value.doubleValue() > 0 ? INFINITE : INFINITE.negate();
    }
    return value.decimalValue();
  }

  private static void write(JsonNode value, StringBuilder text) {
    if (value.isNumber()) {
      BigDecimal number = number(value);
      text.append(number.signum() == 0 ? "0" : number.stripTrailingZeros().toString());
    } else if (value.isTextual()) {
      quote(value.textValue(), text);
    } else if (value.isArray()) {
      text.append('[');
      for (JsonNode item : value) {
        write(item, text);
        text.append(',');
      }
      text.append(']');
    } else if (value.isObject()) {
      text.append('{');
      TreeSet<String> names = new TreeSet<>();
      value.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        quote(name, text);
        text.append(':');
        write(value.path(name), text);
        text.append(',');
      }
      text.append('}');
    } else {
      text.append(value.asText());
    }
  }

  private static void quote(String content, StringBuilder text) {
    text.append('"').append(content.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
  }
}
