package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {

  private final JsonCodec codec = new JsonCodec(ProtocolLimits.DEFAULT);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ \"a\" : 1 , \"a\":2 }",
        "[]",
        "[1, [2]\n]",
        "\"\"",
        "\"a\\\"}b\\u00e4 ä€🛰\"",
        "0",
        "-0.0e5",
        "123456789012345678901234567890",
        "true",
        "false",
        "null",
        "\"\\ud800\""
      })
  void keepsTheExactBytesOfBody(String json) {
    // Given
    String frame = "{ \"body\" : \t" + json + " \r\n, \"hdr\":{\"proto\":256} }";

    // When
    Message message = codec.decode(frame);

    // Then
    assertThat(message.body().toUtf8()).isEqualTo(json);
    assertThat(codec.encodeText(message))
        .isEqualTo("{\"hdr\":{\"proto\":256,\"typ\":\"\"},\"body\":" + json + "}");
  }

  @Test
  void takesTheBodyAsAViewOfTheFrame() {
    // Given
    byte[] frame = codec.encode(Messages.telemetry(Body.utf8("{}")));

    // When
    Body body = codec.decode(frame).body();

    // Then
    assertThat(body.array()).isSameAs(frame);
  }

  @Test
  void tellsAbsentBodyFromNull() {
    // When
    Message absent = codec.decode("{\"hdr\":{\"proto\":1}}");
    Message nothing = codec.decode("{\"hdr\":{\"proto\":1},\"body\":null}");

    // Then
    assertThat(absent.body()).isEqualTo(Body.EMPTY);
    assertThat(nothing.body()).isEqualTo(Body.utf8("null"));
  }

  @Test
  void unwrapsBodyThatStandsBeforeItsHeader() {
    // Given
    String frame =
        "{\"body\":\"AP\\/\\u002f\",\"hdr\":{\"proto\":1,\"props\":{\"a\":1,\"enc\":\"base64\",\"b\":2}}}";

    // When
    Message message = codec.decode(frame);

    // Then
    assertThat(message.body().toByteArray()).containsExactly(0x00, 0xff, 0xff);
    assertThat(message.header().props().keySet()).containsExactly("a", "b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "APPLICATION/JSON; charset=utf-8",
        "application/merge-patch+json"
      })
  void embedsBodyOfTypesOfJson(String contentType) {
    // Given
    Message message = Messages.status(Body.utf8("{\"a\":1}")).withContentType(contentType);

    // When
    String frame = codec.encodeText(message);

    // Then
    assertThat(frame).endsWith(",\"body\":{\"a\":1}}").doesNotContain("enc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/jsonx", "application/x-ndjson", ""})
  void wrapsBodyOfOtherTypes(String contentType) {
    // Given
    Message message = Messages.log(Body.utf8("1")).withContentType(contentType);

    // When
    String frame = codec.encodeText(message);

    // Then
    assertThat(frame).endsWith(",\"enc\":\"base64\"}},\"body\":\"MQ==\"}");
    assertThat(codec.decode(frame)).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1},\"hdr\":{\"proto\":1",
        "1,\"hdr\":2",
        "1 2",
        "{",
        "\"",
        "",
        " ",
        "nul",
        "NaN",
        "// x",
        "{a:1}",
        "'a'",
        "\ufeff1",
        "[1,]",
        "\"\t\"",
        "01",
        "1]",
        "1}"
      })
  void neverLetsBodyActAsAPartOfTheFrame(String body) throws IOException {
    // Given
    Message message = Messages.telemetry(Body.utf8(body)).withId("t-1");

    // When
    byte[] frame = codec.encode(message);

    // Then
    assertThat(codec.decode(frame)).isEqualTo(message);
    JsonNode tree = new ObjectMapper().readTree(frame);
    assertThat(tree.at("/hdr/proto").intValue()).isEqualTo(NativeProtocol.PROTO_DATA);
    assertThat(tree.path("body").isTextual()).isEqualTo(!body.isEmpty());
  }

  @Test
  void wrapsBodyThatIsNotUtf8() {
    // Given
    Body overlong = Body.of(new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'});

    // When
    Message back = codec.decode(codec.encode(Messages.telemetry(overlong)));

    // Then
    assertThat(back.body()).isEqualTo(overlong);
  }

  @Test
  void embedsBodyFromTheMiddleOfAnArray() {
    // Given
    byte[] array = "xx{\"a\":1}yy".getBytes(StandardCharsets.UTF_8);

    // When
    String frame = codec.encodeText(Messages.telemetry(Body.slice(array, 2, 7)));

    // Then
    assertThat(frame).endsWith(",\"body\":{\"a\":1}}");
  }

  @Test
  void neverTakesTheMarkOfWrappingFromAMessage() {
    // Given
    Message message =
        Messages.telemetry(Body.utf8("\"MQ==\""))
            .withProp(NativeProtocol.PROP_ENCODING, Value.of("base64"));

    // When
    Message back = codec.decode(codec.encode(message));

    // Then
    assertThat(back.body()).isEqualTo(message.body());
    assertThat(back.header().props()).isEmpty();
  }

  @Test
  void skipsUnknownKeys() {
    // Given
    String frame =
        "{\"x\":{\"hdr\":[1,{}]},\"hdr\":{\"y\":[{\"proto\":2}],\"proto\":1,\"z\":\"\\ud800\"},\"w\":null}";

    // When
    Message message = codec.decode(frame);

    // Then
    assertThat(message).isEqualTo(Message.of(1, "", Body.EMPTY));
  }

  @Test
  void readsNumbersInTheirShortestForm() {
    // Given
    String frame = "{\"hdr\":{\"proto\":1,\"props\":{\"n\":[0,-1,300,18446744073709551615,1.0]}}}";

    // When
    Message message = codec.decode(frame);

    // Then
    assertThat(message.header().prop("n").flatMap(Value::asList).orElseThrow())
        .isEqualTo(
            List.of(
                new Value.Int(0, IntFormat.POSITIVE_FIXINT),
                new Value.Int(-1, IntFormat.NEGATIVE_FIXINT),
                new Value.Int(300, IntFormat.UINT16),
                new Value.Int(-1, IntFormat.UINT64),
                new Value.Float(1.0, false)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE"})
  void refusesOtherEncodings(String charset) {
    // Given
    byte[] frame = "{\"hdr\":{\"proto\":1}}".getBytes(Charset.forName(charset));

    // Then
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> codec.decode(frame))
        .returns(ProtocolException.Reason.MALFORMED, ProtocolException::reason);
  }

  @Test
  void refusesTextWithALoneSurrogate() {
    // Given
    String frame = "{\"hdr\":{\"proto\":1,\"typ\":\"\ud800\"}}";

    // Then
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> codec.decode(frame))
        .returns(1007, ProtocolException::closeCode);
  }

  @Test
  void refusesToWriteNumbersThatAreNotFinite() {
    // Given
    Message message = Messages.ping().withProp("x", Value.of(Double.NaN));

    // Then
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> codec.encode(message))
        .returns(1003, ProtocolException::closeCode);
  }
}
