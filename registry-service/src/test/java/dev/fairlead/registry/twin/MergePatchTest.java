package dev.fairlead.registry.twin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.runtime.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {

  private static ObjectNode json(String text) {
    return Json.read(text.getBytes(StandardCharsets.UTF_8), ObjectNode.class);
  }

  /// The examples of RFC 7396, appendix A, whose target and patch are objects.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":\"b\"} | {\"a\":\"c\"} | {\"a\":\"c\"}",
        "{\"a\":\"b\"} | {\"b\":\"c\"} | {\"a\":\"b\",\"b\":\"c\"}",
        "{\"a\":\"b\"} | {\"a\":null} | {}",
        "{\"a\":\"b\",\"b\":\"c\"} | {\"a\":null} | {\"b\":\"c\"}",
        "{\"a\":[\"b\"]} | {\"a\":\"c\"} | {\"a\":\"c\"}",
        "{\"a\":\"c\"} | {\"a\":[\"b\"]} | {\"a\":[\"b\"]}",
        "{\"a\":{\"b\":\"c\"}} | {\"a\":{\"b\":\"d\",\"c\":null}} | {\"a\":{\"b\":\"d\"}}",
        "{\"a\":[{\"b\":\"c\"}]} | {\"a\":[1]} | {\"a\":[1]}",
        "{\"e\":null} | {\"a\":1} | {\"e\":null,\"a\":1}",
        "{} | {\"a\":{\"bb\":{\"ccc\":null}}} | {\"a\":{\"bb\":{}}}"
      })
  void mergesAsTheStandardSays(String target, String patch, String result) {
    // Given
    ObjectNode before = json(target);

    // When
    ObjectNode after = MergePatch.apply(before, json(patch));

    // Then
    assertThat(after).isEqualTo(json(result));
    assertThat(before).isEqualTo(json(target));
  }

  @Test
  void takesDocumentOfTheLargestSizeAndNotOneByteMore() {
    // Given
    Reported empty = new Reported(json("{}"), Optional.empty(), Optional.empty());
    int overhead = "{\"a\":\"\"}".length();
    String fits = "x".repeat(Reported.DOCUMENT_BYTES_MAX - overhead);

    // When
    var taken = empty.patched(json("{\"a\":\"" + fits + "\"}"));
    var refused = empty.patched(json("{\"a\":\"" + fits + "x\"}"));

    // Then
    assertThat(taken).isPresent();
    assertThat(refused).isEmpty();
  }

  @Test
  void takesEventsOfTheNewestEpochOnly() {
    // Given
    Reported reported = new Reported(json("{}"), Optional.of(new Epoch(2, 5)), Optional.empty());

    // When
    boolean older = reported.isLate(new Epoch(1, 9));
    boolean same = reported.isLate(new Epoch(2, 5));

    // Then
    assertThat(older).isTrue();
    assertThat(same).isFalse();
  }
}
