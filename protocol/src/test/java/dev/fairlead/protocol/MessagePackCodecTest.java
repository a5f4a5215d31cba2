package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessagePackCodecTest {

  private static final String HDR = "a3686472";
  private static final String BODY = "a4626f6479";
  private static final String PROTO_1 = "a570726f746f01";

  private final MessagePackCodec codec = new MessagePackCodec(ProtocolLimits.DEFAULT);

  @Test
  void takesTheBodyAsAViewOfTheFrame() {
    // Given
    byte[] frame = codec.encode(Messages.telemetry(Body.utf8("{}")));

    // When
    Body body = codec.decode(frame).body();

    // Then
    assertThat(body.array()).isSameAs(frame);
    assertThat(body.toUtf8()).isEqualTo("{}");
  }

  @Test
  void writesOffsetsInTheWidthTheyAreGiven() {
    // Given
    Message chunk =
        Message.of(NativeProtocol.PROTO_FILE_TRANSFER, "file_chunk", Body.EMPTY)
            .withProp("offset", Value.int64(0));

    // When
    String frame = HexFormat.of().formatHex(codec.encode(chunk));

    // Then
    assertThat(frame).endsWith("a66f6666736574" + "d3" + "0000000000000000");
  }

  @Test
  void leavesOutWhatIsEmpty() {
    // Given
    Message message = new Message(Header.of(1, "x").withSid(""), Body.EMPTY);

    // When
    String frame = HexFormat.of().formatHex(codec.encode(message));

    // Then
    assertThat(frame)
        .isEqualTo("81" + HDR + "82" + "a570726f746f" + "cd0001" + "a3747970" + "a178");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"07", "cc07", "cd0007", "ce00000007", "cf0000000000000007", "d007", "d307"})
  void readsProtoInEveryFormat(String proto) {
    // Given
    String padded = proto.equals("d307") ? "d30000000000000007" : proto;

    // When
    Message message = decode("81" + HDR + "81" + "a570726f746f" + padded);

    // Then
    assertThat(message.header()).isEqualTo(Header.of(7, ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c0",
        "c2",
        "ff",
        "05",
        "cc00",
        "cd0000",
        "ca00000000",
        "cb0000000000000000",
        "d100ff",
        "a0",
        "a178",
        "d90178",
        "da000178",
        "db0000000178",
        "c40100",
        "c5000100",
        "c60000000100",
        "d40100",
        "d5010000",
        "d80100000000000000000000000000000000",
        "c7020a0000",
        "c8000101ff",
        "c90000000101ff",
        "90",
        "92c0c0",
        "dc0001c0",
        "dd00000001c0",
        "80",
        "81a17890",
        "de0001a17881c0c0",
        "df00000001a178c0"
      })
  void skipsUnknownKeysOfEveryKind(String value) {
    // When
    Message outside = decode("82" + "a178" + value + HDR + "81" + PROTO_1);
    Message inside = decode("81" + HDR + "82" + "a178" + value + PROTO_1);

    // Then
    assertThat(outside.header()).isEqualTo(Header.of(1, ""));
    assertThat(inside.header()).isEqualTo(Header.of(1, ""));
  }

  @Test
  void readsBodyOfTextAndNil() {
    // When
    Message text = decode("82" + HDR + "81" + PROTO_1 + BODY + "a26869");
    Message nil = decode("82" + HDR + "81" + PROTO_1 + BODY + "c0");

    // Then
    assertThat(text.body()).isEqualTo(Body.utf8("hi"));
    assertThat(nil.body()).isEqualTo(Body.EMPTY);
  }

  @Test
  void takesNilFieldsOfTheHeaderForAbsentOnes() {
    // When
    Message message =
        decode("81" + HDR + "84" + PROTO_1 + "a3747970c0" + "a3736964c0" + "a570726f7073c0");

    // Then
    assertThat(message.header()).isEqualTo(Header.of(1, ""));
  }

  @Test
  void readsValueFromTheMiddleOfAnArray() {
    // Given
    Body body = Body.slice(HexFormat.of().parseHex("c1c192a16101c1"), 2, 4);

    // When
    Value value = codec.decodeValue(body);

    // Then
    assertThat(value).isEqualTo(Value.of(List.of(Value.of("a"), Value.of(1))));
  }

  private Message decode(String hex) {
    return codec.decode(HexFormat.of().parseHex(hex));
  }
}
