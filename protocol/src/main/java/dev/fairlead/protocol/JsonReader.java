package dev.fairlead.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads exactly one JSON value from bytes. What it does not read as a [Value] it walks over, so
/// that the body of a message costs no objects.
final class JsonReader {

  private static final int ENCODING_SIGN_BYTES = 4;

  private final JsonParser parser;
  private final Body input;
  private final ProtocolLimits limits;

  /// What to read where the value starts.
  @FunctionalInterface
  private interface Step<T> {
    T read(JsonReader in) throws IOException;
  }

  private JsonReader(JsonParser parser, Body input, ProtocolLimits limits) {
    this.parser = parser;
    this.input = input;
    this.limits = limits;
  }

  static RawMessage readMessage(JsonFactory factory, Body frame, ProtocolLimits limits) {
    return readAll(factory, frame, limits, JsonReader::message);
  }

  static Value readValue(JsonFactory factory, Body body, ProtocolLimits limits) {
    return readAll(factory, body, limits, in -> in.value(0));
  }

  /// Throws if the bytes are not one JSON value within the limits.
  static void check(JsonFactory factory, Body body, ProtocolLimits limits) {
    readAll(factory, body, limits, JsonReader::slice);
  }

  private static <T> T readAll(
      JsonFactory factory, Body input, ProtocolLimits limits, Step<T> step) {
    requireUtf8(input);
    try (JsonParser parser = factory.createParser(input.array(), input.offset(), input.length())) {
      JsonReader in = new JsonReader(parser, input, limits);
      in.next();
      T result = step.read(in);
      if (parser.nextToken() != null) {
        throw ProtocolException.malformed("something follows the JSON value");
      }
      return result;
    } catch (StreamConstraintsException e) {
      throw ProtocolException.tooLarge("a name, number or nesting in JSON");
    } catch (IOException e) {
      throw ProtocolException.malformed("not JSON");
    }
  }

  /// Jackson would take other encodings by their look, and overlong forms for granted.
  private static void requireUtf8(Body input) {
    byte[] bytes = input.array();
    int start = input.offset();
    if (!Utf8.isValid(bytes, start, input.length())) {
      throw ProtocolException.malformed("not UTF-8");
    }
    for (int i = 0; i < Math.min(ENCODING_SIGN_BYTES, input.length()); i++) {
      if (bytes[start + i] == 0) {
        throw ProtocolException.malformed("not UTF-8");
      }
    }
    if (!input.isEmpty() && bytes[start] == (byte) 0xef) {
      throw ProtocolException.malformed("a byte order mark");
    }
  }

  private RawMessage message() throws IOException {
    requireObject("a message");
    @Nullable Header header = null;
    @Nullable Body body = null;
    for (int entries = 1; next() == JsonToken.FIELD_NAME; entries++) {
      limits.checkEntries(entries);
      String key = name();
      next();
      switch (key) {
        case Keys.HEADER -> {
          Keys.requireFirst(header);
          header = header();
        }
        case Keys.BODY -> {
          Keys.requireFirst(body);
          body = slice();
        }
        default -> skip();
      }
    }
    if (header == null) {
      throw ProtocolException.malformed("hdr is missing");
    }
    return new RawMessage(header, body == null ? Body.EMPTY : body);
  }

  private Header header() throws IOException {
    requireObject("hdr");
    // Before the parser makes texts of it.
    if (!JsonScan.endsWithin(input, (int) tokenStart(), limits.headerBytesMax())) {
      throw ProtocolException.tooLarge("header beyond " + limits.headerBytesMax());
    }
    HeaderFields fields = new HeaderFields();
    for (int entries = 1; next() == JsonToken.FIELD_NAME; entries++) {
      limits.checkEntries(entries);
      String key = name();
      next();
      if (HeaderFields.knows(key)) {
        fields.put(key, value(0));
      } else {
        skip();
      }
    }
    return fields.toHeader();
  }

  private Value value(int depth) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> Value.ofNull();
      case VALUE_TRUE -> new Value.Bool(true);
      case VALUE_FALSE -> new Value.Bool(false);
      case VALUE_NUMBER_INT -> JsonValues.readInt(parser);
      case VALUE_NUMBER_FLOAT -> JsonValues.readFloat(parser);
      case VALUE_STRING -> new Value.Text(text());
      case START_ARRAY -> list(depth + 1);
      case START_OBJECT -> map(depth + 1);
      case null, default -> throw ProtocolException.malformed("a JSON value is expected");
    };
  }

  private Value list(int depth) throws IOException {
    limits.checkDepth(depth);
    List<Value> items = new ArrayList<>();
    while (next() != JsonToken.END_ARRAY) {
      limits.checkEntries(items.size() + 1L);
      items.add(value(depth));
    }
    return new Value.ListValue(items);
  }

  private Value map(int depth) throws IOException {
    limits.checkDepth(depth);
    LinkedHashMap<String, Value> entries = new LinkedHashMap<>();
    while (next() != JsonToken.END_OBJECT) {
      limits.checkEntries(entries.size() + 1L);
      String key = name();
      next();
      if (entries.put(key, value(depth)) != null) {
        throw Keys.twice();
      }
    }
    return new Value.MapValue(OrderedMap.adopt(entries));
  }

  private String name() throws IOException {
    String name = parser.currentName();
    limits.checkKeyBytes(bytesOf(name));
    return name;
  }

  private String text() throws IOException {
    String text = parser.getText();
    limits.checkTextBytes(bytesOf(text));
    return text;
  }

  /// An escape can spell half a surrogate pair, which is no character.
  private static int bytesOf(String text) {
    int bytes = Utf8.encodedLength(text);
    if (bytes < 0) {
      throw ProtocolException.malformed("a surrogate stands alone");
    }
    return bytes;
  }

  /// The bytes of the value that starts here.
  private Body slice() throws IOException {
    int start = (int) tokenStart();
    int end = skip();
    return Body.slice(input.array(), input.offset() + start, end - start);
  }

  /// Walks to the end of the value that starts here, checking that it is one. Of its texts nothing
  /// is made: the parser only looks through them when it is asked for the next token, as it always
  /// is.
  ///
  /// @return where the value ends
  private int skip() throws IOException {
    int depth = 0;
    while (true) {
      JsonToken token = parser.currentToken();
      if (token == JsonToken.FIELD_NAME) {
        limits.checkBodyKeyBytes(Utf8.encodedLength(parser.currentName()));
      } else if (token.isStructStart()) {
        limits.checkDepth(++depth);
      } else if (token.isStructEnd()) {
        depth--;
      }
      if (depth == 0) {
        return token == JsonToken.VALUE_STRING
            ? JsonScan.textEnd(input, (int) tokenStart())
            : (int) position();
      }
      next();
    }
  }

  private JsonToken next() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw ProtocolException.malformed("no JSON value");
    }
    return token;
  }

  private void requireObject(String what) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw ProtocolException.malformed(what + " is no JSON object");
    }
  }

  private long tokenStart() {
    return parser.currentTokenLocation().getByteOffset();
  }

  private long position() {
    return parser.currentLocation().getByteOffset();
  }
}
