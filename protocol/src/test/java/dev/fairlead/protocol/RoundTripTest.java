package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RoundTripTest {

  private static final int MESSAGES = 3_000;

  private static final MessagePackCodec MESSAGE_PACK = new MessagePackCodec(ProtocolLimits.DEFAULT);
  private static final JsonCodec JSON = new JsonCodec(ProtocolLimits.DEFAULT);
  private static final ObjectMapper JACKSON = new ObjectMapper();

  @Test
  void readsBackFromMessagePackWhatItWrote() {
    LongStream.range(0, MESSAGES)
        .forEach(
            seed -> {
              // Given
              Message message = GeneratedMessages.any(seed);

              // When
              Message back = MESSAGE_PACK.decode(MESSAGE_PACK.encode(message));

              // Then
              assertThat(back).as("seed %d", seed).isEqualTo(message);
            });
  }

  @Test
  void writesMessagePackThatTheReferenceReadsAlike() throws IOException {
    for (long seed = 0; seed < MESSAGES; seed++) {
      // Given
      Message message = GeneratedMessages.any(seed);

      // When
      org.msgpack.value.Value read = MessagePackOracle.read(MESSAGE_PACK.encode(message));

      // Then
      assertThat(read).as("seed %d", seed).isEqualTo(MessagePackOracle.model(message));
    }
  }

  @Test
  void readsWhatTheReferenceWrites() throws IOException {
    for (long seed = 0; seed < MESSAGES; seed++) {
      // Given
      Message message = GeneratedMessages.any(seed);
      byte[] frame = MessagePackOracle.write(message);

      // When
      Message read = MESSAGE_PACK.decode(frame);

      // Then
      assertThat(MessagePackOracle.model(read))
          .as("seed %d", seed)
          .isEqualTo(MessagePackOracle.model(message));
    }
  }

  @Test
  void readsBackFromJsonWhatItWrote() {
    LongStream.range(0, MESSAGES)
        .forEach(
            seed -> {
              // Given
              Message message = GeneratedMessages.forJson(seed);

              // When
              Message back = JSON.decode(JSON.encode(message));

              // Then
              assertThat(back).as("seed %d", seed).isEqualTo(Widths.forget(message));
            });
  }

  @Test
  void writesJsonThatAnotherParserReads() throws IOException {
    for (long seed = 0; seed < MESSAGES; seed++) {
      // Given
      Message message = GeneratedMessages.forJson(seed);

      // When
      JsonNode frame = JACKSON.readTree(JSON.encode(message));

      // Then
      assertThat(frame.at("/hdr/typ").textValue())
          .as("seed %d", seed)
          .isEqualTo(message.header().type());
    }
  }

  @Test
  void carriesBodiesOfJsonUntouchedThroughBothWires() throws IOException {
    for (long seed = 0; seed < MESSAGES; seed++) {
      // Given
      Value content = Value.of(Widths.forget(GeneratedMessages.forJson(seed)).header().props());
      Body body =
          Body.utf8(
              JACKSON
                  .writerWithDefaultPrettyPrinter()
                  .writeValueAsString(JACKSON.readTree(JSON.encodeValue(content).toByteArray())));
      Message message = Messages.telemetry(body);

      // When
      Message json = JSON.decode(JSON.encode(message));
      Message both = MESSAGE_PACK.decode(MESSAGE_PACK.encode(json));

      // Then
      assertThat(both).as("seed %d", seed).isEqualTo(message);
      assertThat(JSON.encodeText(message)).as("seed %d", seed).contains(body.toUtf8());
    }
  }

  @Test
  void readsBackValuesOfBodies() {
    LongStream.range(0, MESSAGES)
        .forEach(
            seed -> {
              // Given
              Value value = Value.of(GeneratedMessages.forJson(seed).header().props());

              // When
              Value fromMessagePack = MESSAGE_PACK.decodeValue(MESSAGE_PACK.encodeValue(value));
              Value fromJson = JSON.decodeValue(JSON.encodeValue(value));

              // Then
              assertThat(fromMessagePack).as("seed %d", seed).isEqualTo(value);
              assertThat(fromJson).as("seed %d", seed).isEqualTo(Widths.forget(value));
            });
  }
}
