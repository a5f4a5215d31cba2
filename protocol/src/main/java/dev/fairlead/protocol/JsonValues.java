package dev.fairlead.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Map;

/// Values as JSON. Bytes, extensions and numbers that are not finite have no form there, and none
/// is made up for them.
final class JsonValues {

  private static final int BYTES_TYPICAL = 160;

  /// Writes one value.
  @FunctionalInterface
  interface Content {
    void writeTo(JsonGenerator out) throws IOException;
  }

  private JsonValues() {}

  static byte[] write(JsonFactory factory, Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(BYTES_TYPICAL);
    try (JsonGenerator out = factory.createGenerator(bytes)) {
      content.writeTo(out);
    } catch (IOException e) {
      // Well-formed texts into memory: nothing is left that could fail.
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static void write(JsonGenerator out, Value value) throws IOException {
    switch (value) {
      case Value.Null _ -> out.writeNull();
      case Value.Bool bool -> out.writeBoolean(bool.value());
      case Value.Int number -> writeInt(out, number);
      case Value.Float number -> writeFloat(out, number);
      case Value.Text text -> out.writeString(text.value());
      case Value.ListValue list -> {
        out.writeStartArray();
        for (Value item : list.items()) {
          write(out, item);
        }
        out.writeEndArray();
      }
      case Value.MapValue map -> {
        out.writeStartObject();
        for (Map.Entry<String, Value> entry : map.entries().entrySet()) {
          out.writeFieldName(entry.getKey());
          write(out, entry.getValue());
        }
        out.writeEndObject();
      }
      case Value.Bytes _, Value.Extension _ ->
          throw ProtocolException.unsupported("bytes and extensions have no form in JSON");
    }
  }

  private static void writeInt(JsonGenerator out, Value.Int number) throws IOException {
    if (number.exceedsLong()) {
      out.writeNumber(new BigInteger(Long.toUnsignedString(number.value())));
    } else {
      out.writeNumber(number.value());
    }
  }

  private static void writeFloat(JsonGenerator out, Value.Float number) throws IOException {
    if (!Double.isFinite(number.value())) {
      throw ProtocolException.unsupported("a number that is not finite has no form in JSON");
    }
    if (number.single()) {
      out.writeNumber((float) number.value());
    } else {
      out.writeNumber(number.value());
    }
  }

  static Value readInt(JsonParser in) throws IOException {
    if (in.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return Value.of(in.getLongValue());
    }
    BigInteger number = in.getBigIntegerValue();
    if (number.signum() < 0 || number.bitLength() > Long.SIZE) {
      throw ProtocolException.malformed("an integer beyond 64 bits");
    }
    return new Value.Int(number.longValue(), IntFormat.UINT64);
  }

  static Value readFloat(JsonParser in) throws IOException {
    double number = in.getDoubleValue();
    if (!Double.isFinite(number)) {
      throw ProtocolException.malformed("a number beyond 64-bit floats");
    }
    return Value.of(number);
  }
}
