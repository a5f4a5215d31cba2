package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenVectorTest {

  private static final MessagePackCodec MESSAGE_PACK = new MessagePackCodec(ProtocolLimits.DEFAULT);
  private static final JsonCodec JSON = new JsonCodec(ProtocolLimits.DEFAULT);

  static Stream<Vectors.Accepted> messagePackVectors() {
    return Vectors.accepted().filter(vector -> vector.messagePack().isPresent());
  }

  static Stream<Vectors.Accepted> jsonVectors() {
    return Vectors.accepted().filter(vector -> vector.json().isPresent());
  }

  static Stream<Vectors.Accepted> vectorsWithoutJson() {
    return Vectors.accepted()
        .filter(vector -> vector.json().isEmpty())
        .filter(vector -> vector.name().startsWith("bytes"));
  }

  static Stream<Vectors.Refused> refusedMessagePack() {
    return Vectors.refused().filter(vector -> vector.messagePack().isPresent());
  }

  static Stream<Vectors.Refused> refusedJson() {
    return Vectors.refused().filter(vector -> vector.json().isPresent());
  }

  @ParameterizedTest
  @MethodSource("messagePackVectors")
  void readsMessagePack(Vectors.Accepted vector) {
    // Given
    byte[] frame = vector.messagePack().orElseThrow();

    // When
    Message message = MESSAGE_PACK.decode(frame);

    // Then
    assertThat(message).isEqualTo(vector.message());
  }

  @ParameterizedTest
  @MethodSource("messagePackVectors")
  void writesMessagePack(Vectors.Accepted vector) {
    // When
    byte[] frame = MESSAGE_PACK.encode(vector.message());

    // Then
    assertThat(HexFormat.of().formatHex(frame))
        .isEqualTo(HexFormat.of().formatHex(vector.messagePack().orElseThrow()));
  }

  @ParameterizedTest
  @MethodSource("jsonVectors")
  void readsJson(Vectors.Accepted vector) {
    // Given
    String frame = vector.json().orElseThrow();

    // When
    Message message = JSON.decode(frame);

    // Then
    assertThat(message).isEqualTo(Widths.forget(vector.message()));
  }

  @ParameterizedTest
  @MethodSource("jsonVectors")
  void writesJson(Vectors.Accepted vector) {
    // When
    String frame = JSON.encodeText(vector.message());

    // Then
    assertThat(frame).isEqualTo(vector.json().orElseThrow());
  }

  @ParameterizedTest
  @MethodSource("vectorsWithoutJson")
  void refusesToWriteAsJsonWhatHasNoFormThere(Vectors.Accepted vector) {
    // When
    ProtocolException refusal =
        catchThrowableOfType(ProtocolException.class, () -> JSON.encode(vector.message()));

    // Then
    assertThat(refusal.reason()).isEqualTo(ProtocolException.Reason.UNSUPPORTED);
  }

  @ParameterizedTest
  @MethodSource("refusedMessagePack")
  void refusesMessagePack(Vectors.Refused vector) {
    // Given
    byte[] frame = vector.messagePack().orElseThrow();

    // When
    ProtocolException refusal =
        catchThrowableOfType(ProtocolException.class, () -> MESSAGE_PACK.decode(frame));

    // Then
    assertThat(refusal.reason()).isEqualTo(vector.reason());
  }

  @ParameterizedTest
  @MethodSource("refusedJson")
  void refusesJson(Vectors.Refused vector) {
    // Given
    String frame = vector.json().orElseThrow();

    // When
    ProtocolException refusal =
        catchThrowableOfType(ProtocolException.class, () -> JSON.decode(frame));

    // Then
    assertThat(refusal.reason()).isEqualTo(vector.reason());
  }
}
