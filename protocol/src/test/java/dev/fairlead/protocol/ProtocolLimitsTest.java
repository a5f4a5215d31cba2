package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProtocolLimitsTest {

  private static final ProtocolLimits TIGHT = new ProtocolLimits(4096, 1024, 4, 8, 16, 64);

  /// A wire, and a message that lies at a limit of [#TIGHT] beside one that lies one past it.
  record Bound(WireFormat wire, String limit, Message within, Message beyond) {
    @Override
    public String toString() {
      return limit + " on " + wire;
    }
  }

  static Stream<Bound> bounds() {
    return Stream.of(WireFormat.values())
        .flatMap(
            wire ->
                Stream.of(
                    new Bound(wire, "depth", nested(3), nested(4)),
                    new Bound(wire, "props", props(8), props(9)),
                    new Bound(wire, "entries of a map", map(8), map(9)),
                    new Bound(wire, "entries of a list", list(8), list(9)),
                    new Bound(wire, "key bytes", key("äöüßäöüß"), key("äöüßäöüßx")),
                    new Bound(wire, "text bytes", text(64), text(65)),
                    new Bound(wire, "bytes of typ", type(64), type(65))));
  }

  @ParameterizedTest
  @MethodSource("bounds")
  void holdsAtTheLimitAndRefusesOnePast(Bound bound) {
    // Given
    MessageCodec tight = bound.wire().codec(TIGHT);
    MessageCodec wide = bound.wire().codec(ProtocolLimits.DEFAULT);
    byte[] beyond = wide.encode(bound.beyond());

    // When
    Message read = tight.decode(tight.encode(bound.within()));

    // Then
    assertThat(read).isEqualTo(bound.within());
    assertTooLarge(() -> tight.encode(bound.beyond()));
    assertTooLarge(() -> tight.decode(beyond));
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void limitsTheBytesOfAFrame(WireFormat wire) {
    // Given
    Message message = Messages.telemetry(Body.utf8("{\"cpu\":0.25}")).withId("t-1");
    byte[] frame = wire.codec(ProtocolLimits.DEFAULT).encode(message);

    // When
    MessageCodec exact = wire.codec(TIGHT.withMessageBytesMax(frame.length));
    MessageCodec less = wire.codec(TIGHT.withMessageBytesMax(frame.length - 1));

    // Then
    assertThat(exact.decode(exact.encode(message))).isEqualTo(message);
    assertTooLarge(() -> less.decode(frame));
    assertTooLarge(() -> less.encode(message));
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void limitsTheBytesOfAHeader(WireFormat wire) {
    // Given
    Message message = Messages.telemetry(Body.EMPTY).withId("t-1");
    byte[] frame = wire.codec(ProtocolLimits.DEFAULT).encode(message);
    int around = wire.isBinary() ? "\u0081\u00a3hdr".length() : "{\"hdr\":}".length();

    // When
    MessageCodec exact = wire.codec(withHeaderBytes(frame.length - around));
    MessageCodec less = wire.codec(withHeaderBytes(frame.length - around - 1));

    // Then
    assertThat(exact.decode(exact.encode(message))).isEqualTo(message);
    assertTooLarge(() -> less.decode(frame));
    assertTooLarge(() -> less.encode(message));
  }

  @Test
  void wrapsBodyOfJsonNestedBeyondTheLimit() {
    // Given
    JsonCodec codec = new JsonCodec(TIGHT);

    // When
    String within = codec.encodeText(Messages.telemetry(Body.utf8("[[[[1]]]]")));
    String beyond = codec.encodeText(Messages.telemetry(Body.utf8("[[[[[1]]]]]")));

    // Then
    assertThat(within).contains("\"body\":[[[[1]]]]");
    assertThat(beyond).contains("\"enc\":\"base64\"");
    assertThat(codec.decode(beyond).body().toUtf8()).isEqualTo("[[[[[1]]]]]");
  }

  @Test
  void refusesLimitsThatAreNone() {
    // Given
    int none = 0;

    // Then
    assertThatThrownBy(() -> TIGHT.withMessageBytesMax(none))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new ProtocolLimits(1, 1, ProtocolLimits.NESTING_DEPTH_CEILING + 1, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ProtocolLimits withHeaderBytes(int bytes) {
    return new ProtocolLimits(4096, bytes, 4, 8, 16, 64);
  }

  private static void assertTooLarge(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    ProtocolException refusal = catchThrowableOfType(ProtocolException.class, action);
    assertThat(refusal.reason()).isEqualTo(ProtocolException.Reason.TOO_LARGE);
    assertThat(refusal.closeCode()).isEqualTo(1009);
  }

  private static Message nested(int listsInProps) {
    Value value = Value.of(1);
    for (int i = 0; i < listsInProps; i++) {
      value = Value.of(List.of(value));
    }
    return Messages.ping().withProp("deep", value);
  }

  private static Message props(int count) {
    Message message = Messages.ping();
    for (int i = 0; i < count; i++) {
      message = message.withProp("p" + i, Value.of(i));
    }
    return message;
  }

  private static Message map(int count) {
    Map<String, Value> entries = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      entries.put("e" + i, Value.of(i));
    }
    return Messages.ping().withProp("map", Value.of(entries));
  }

  private static Message list(int count) {
    return Messages.ping().withProp("list", Value.of(Collections.nCopies(count, Value.of(1))));
  }

  private static Message key(String name) {
    return Messages.ping().withProp(name, Value.of(true));
  }

  private static Message text(int bytes) {
    return Messages.ping().withProp("text", Value.of("x".repeat(bytes)));
  }

  private static Message type(int bytes) {
    return Message.of(1, "x".repeat(bytes), Body.EMPTY);
  }
}
