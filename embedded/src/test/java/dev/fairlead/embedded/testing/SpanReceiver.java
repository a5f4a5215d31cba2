package dev.fairlead.embedded.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Takes spans by OTLP over HTTP, in protobuf, as a collector does.
public final class SpanReceiver implements AutoCloseable {

  /// A step of a trace.
  ///
  /// @param service who it is of
  /// @param parentId of the step before; empty for the first
  /// @param kind 2 for a server, 4 for a producer, 5 for a consumer
  /// @param attributes those that are texts
  public record Span(
      String service,
      String traceId,
      String spanId,
      String parentId,
      String name,
      long kind,
      Map<String, String> attributes) {

    /// Copies the attributes.
    public Span {
      attributes = Map.copyOf(attributes);
    }
  }

  private final HttpServer server;
  private final List<Span> spans = new CopyOnWriteArrayList<>();

  /// Listens on a free port of this machine.
  public SpanReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/v1/traces", this::take);
    server.start();
  }

  /// Where spans are to be sent.
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces");
  }

  /// What came of a trace so far, in no order.
  public List<Span> of(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  /// All that came so far, in no order.
  public List<Span> all() {
    return List.copyOf(spans);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      new Fields(body).each(1, SpanReceiver.this::takeResource);
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void takeResource(Fields ofResource) {
    Map<String, String> resource = new TreeMap<>();
    ofResource.each(1, attributes -> attributes.each(1, pair -> put(resource, pair)));
    ofResource.each(
        2,
        scope ->
            scope.each(
                2, span -> spans.add(span(resource.getOrDefault("service.name", ""), span))));
  }

  private static Span span(String service, Fields span) {
    Map<String, String> attributes = new TreeMap<>();
    span.each(9, pair -> put(attributes, pair));
    return new Span(
        service, span.hex(1), span.hex(2), span.hex(4), span.text(5), span.number(6), attributes);
  }

  private static void put(Map<String, String> attributes, Fields pair) {
    pair.each(2, value -> attributes.put(pair.text(1), value.text(1)));
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /// The fields of a message of protobuf.
  private static final class Fields {

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private record Field(int number, long value, ByteBuffer bytes) {}

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final List<Field> fields = new CopyOnWriteArrayList<>();

    Fields(byte[] message) {
      ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
      while (in.hasRemaining()) {
        long tag = varint(in);
        int number = (int) (tag >>> 3);
        switch ((int) (tag & 7)) {
          case VARINT -> fields.add(new Field(number, varint(in), NOTHING));
          case FIXED_64 -> fields.add(new Field(number, in.getLong(), NOTHING));
          case FIXED_32 -> fields.add(new Field(number, in.getInt(), NOTHING));
          case BYTES -> {
            int length = (int) varint(in);
            fields.add(new Field(number, 0, in.slice(in.position(), length)));
            in.position(in.position() + length);
          }
          default -> throw new IllegalStateException("no message of protobuf");
        }
      }
    }

    private static long varint(ByteBuffer in) {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = in.get();
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }

    void each(int number, java.util.function.Consumer<Fields> use) {
      fields.stream()
          .filter(field -> field.number() == number)
          .forEach(field -> use.accept(new Fields(bytes(field))));
    }

    private static byte[] bytes(Field field) {
      byte[] bytes = new byte[field.bytes().remaining()];
      field.bytes().duplicate().get(bytes);
      return bytes;
    }

    private byte[] bytes(int number) {
      return fields.stream()
          .filter(field -> field.number() == number)
          .map(Fields::bytes)
          .findFirst()
          .orElse(new byte[0]);
    }

    String hex(int number) {
      return HexFormat.of().formatHex(bytes(number));
    }

    String text(int number) {
      return new String(bytes(number), UTF_8);
    }

    long number(int number) {
      return fields.stream()
          .filter(field -> field.number() == number)
          .mapToLong(Field::value)
          .findFirst()
          .orElse(0);
    }
  }
}
