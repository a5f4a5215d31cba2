package dev.fairlead.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// The golden vectors among the resources.
final class Vectors {

  private static final List<String> FILES =
      List.of("data", "command", "twin", "control", "mender", "values");

  /// A message and what it is on each wire; a wire that has no form for it is empty.
  record Accepted(
      String name, Message message, Optional<byte[]> messagePack, Optional<String> json) {
    @Override
    public String toString() {
      return name;
    }
  }

  /// Frames that must be refused, and why.
  record Refused(
      String name,
      ProtocolException.Reason reason,
      Optional<byte[]> messagePack,
      Optional<String> json) {
    @Override
    public String toString() {
      return name;
    }
  }

  private Vectors() {}

  static Stream<Accepted> accepted() {
    return FILES.stream().flatMap(Vectors::read).map(Vectors::toAccepted);
  }

  static Stream<Refused> refused() {
    return read("refused/refused").map(Vectors::toRefused);
  }

  private static Stream<JsonNode> read(String file) {
    String path = "/vectors/" + file + ".json";
    try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream(path), path)) {
      return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Accepted toAccepted(JsonNode node) {
    Header header =
        new Header(
            node.get("proto").intValue(),
            node.get("type").textValue(),
            Optional.ofNullable(node.get("sid")).map(JsonNode::textValue),
            toMap(node.get("props")));
    Body body = Body.of(HexFormat.of().parseHex(node.get("body").textValue()));
    return new Accepted(name(node), new Message(header, body), messagePack(node), json(node));
  }

  private static Refused toRefused(JsonNode node) {
    return new Refused(
        name(node),
        ProtocolException.Reason.valueOf(node.get("reason").textValue()),
        messagePack(node),
        json(node));
  }

  private static String name(JsonNode node) {
    return node.get("name").textValue();
  }

  private static Optional<byte[]> messagePack(JsonNode node) {
    return Optional.ofNullable(node.get("messagePack"))
        .map(hex -> HexFormat.of().parseHex(hex.textValue()));
  }

  private static Optional<String> json(JsonNode node) {
    return Optional.ofNullable(node.get("json")).map(JsonNode::textValue);
  }

  private static Map<String, Value> toMap(JsonNode node) {
    Map<String, Value> map = new LinkedHashMap<>();
    node.properties().forEach(entry -> map.put(entry.getKey(), toValue(entry.getValue())));
    return map;
  }

  private static Value toValue(JsonNode node) {
    return switch (node.getNodeType()) {
      case NULL -> Value.ofNull();
      case BOOLEAN -> Value.of(node.booleanValue());
      case STRING -> Value.of(node.textValue());
      case ARRAY -> {
        List<Value> items = new ArrayList<>();
        node.forEach(item -> items.add(toValue(item)));
        yield Value.of(items);
      }
      case OBJECT -> toTagged(node);
      default -> throw new IllegalArgumentException("no notation of a value: " + node);
    };
  }

  private static Value toTagged(JsonNode node) {
    if (node.has("int")) {
      IntFormat format = IntFormat.valueOf(node.get("format").textValue());
      String digits = node.get("int").textValue();
      return new Value.Int(
          format == IntFormat.UINT64 ? Long.parseUnsignedLong(digits) : Long.parseLong(digits),
          format);
    }
    if (node.has("float")) {
      return new Value.Float(node.get("float").doubleValue(), node.get("single").booleanValue());
    }
    if (node.has("map")) {
      return Value.of(toMap(node.get("map")));
    }
    Body bytes = Body.of(HexFormat.of().parseHex(node.get("bytes").textValue()));
    return node.has("extension")
        ? new Value.Extension((byte) node.get("extension").intValue(), bytes)
        : Value.of(bytes);
  }
}
