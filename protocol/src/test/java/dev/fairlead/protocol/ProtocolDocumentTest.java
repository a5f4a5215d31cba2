package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds `docs/protocol.md` to the code.
class ProtocolDocumentTest {

  private static final Pattern EXAMPLE =
      Pattern.compile("```json\n(?<json>.*?)\n```\n\n```hex\n(?<hex>.*?)\n```", Pattern.DOTALL);
  private static final int EXAMPLES = 12;

  private final JsonCodec json = new JsonCodec(ProtocolLimits.DEFAULT);
  private final MessagePackCodec messagePack = new MessagePackCodec(ProtocolLimits.DEFAULT);

  @Test
  void showsFramesThatAreOneMessageOnBothWires() throws IOException {
    // Given
    List<MatchResult> examples = EXAMPLE.matcher(document()).results().toList();

    // Then
    assertThat(examples).hasSize(EXAMPLES);
    for (MatchResult example : examples) {
      Message message = json.decode(example.group("json"));
      String hex = example.group("hex").replace("\n", "");
      assertThat(messagePack.decode(HexFormat.of().parseHex(hex))).isEqualTo(message);
      assertThat(HexFormat.of().formatHex(messagePack.encode(message))).isEqualTo(hex);
      assertThat(json.encodeText(message)).isEqualTo(example.group("json"));
    }
  }

  @Test
  void namesEveryNameAndNumberOfTheProtocol() throws IOException, IllegalAccessException {
    // Given
    String document = document();

    // Then
    for (Field constant : NativeProtocol.class.getDeclaredFields()) {
      String word = Pattern.quote(String.valueOf(constant.get(null)));
      assertThat(Pattern.compile("(?<!\\w)" + word + "(?!\\w)").matcher(document).find())
          .as(constant.getName())
          .isTrue();
    }
  }

  @Test
  void tellsTheDefaultLimits() throws IOException {
    // Given
    ProtocolLimits limits = ProtocolLimits.DEFAULT;

    // When
    String table = document().substring(document().indexOf("## Limits"));

    // Then
    assertThat(table)
        .containsSubsequence(
            "| " + limits.messageBytesMax() + " bytes |",
            "| " + limits.headerBytesMax() + " bytes |",
            "| " + limits.nestingDepthMax() + " |",
            "| " + limits.entriesMax() + " |",
            "| " + limits.keyBytesMax() + " bytes |",
            "| " + limits.textBytesMax() + " bytes |");
  }

  private static String document() throws IOException {
    return Files.readString(Path.of("..", "docs", "protocol.md"));
  }
}
