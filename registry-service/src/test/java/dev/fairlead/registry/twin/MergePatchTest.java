package dev.fairlead.registry.twin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.runtime.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {

  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

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
    Reported empty = reported("{}");
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
    Reported reported = reported("{}").seen(new Epoch(2, 5), TIME);

    // When
    boolean older = reported.isLate(new Epoch(1, 9));
    boolean same = reported.isLate(new Epoch(2, 5));

    // Then
    assertThat(older).isTrue();
    assertThat(same).isFalse();
  }

  private static Reported reported(String document) {
    return new Reported(json(document), 0, Optional.empty(), Optional.empty(), Optional.empty());
  }

  @Test
  void countsChangesOfTheDocumentAndNothingElse() {
    // Given
    Reported first =
        reported("{}").seen(new Epoch(1, 1), TIME).patched(json("{\"a\":1}")).orElseThrow();

    // When
    Reported same =
        first.seen(new Epoch(1, 1), TIME.plusSeconds(1)).patched(json("{\"a\":1}")).orElseThrow();

    // Then
    assertThat(first.version()).isEqualTo(1);
    assertThat(first.changedAt()).contains(TIME);
    assertThat(same.version()).isEqualTo(1);
    assertThat(same.changedAt()).contains(TIME);
    assertThat(same.updatedAt()).contains(TIME.plusSeconds(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                     | {}                    | {}",
        "{\"a\":1}              | {\"a\":1}             | {}",
        "{\"a\":1,\"b\":2}      | {\"b\":3}             | {\"a\":null,\"b\":3}",
        "{\"a\":{\"b\":1,\"c\":2}} | {\"a\":{\"b\":1,\"c\":3}} | {\"a\":{\"c\":3}}",
        "{\"a\":{\"b\":1}}      | {\"a\":1}             | {\"a\":1}",
        "{\"a\":1}              | {\"a\":{\"b\":{}}}    | {\"a\":{\"b\":{}}}",
        "{\"a\":[1,{\"b\":1}]}  | {\"a\":[1,{\"b\":2}]} | {\"a\":[1,{\"b\":2}]}",
        "{\"a\":{\"b\":1}}      | {\"a\":{}}            | {\"a\":{\"b\":null}}"
      })
  void findsThePatchBetweenTwoDocuments(String from, String to, String patch) {
    // When
    ObjectNode found = MergePatch.between(json(from), json(to));

    // Then
    assertThat(found).isEqualTo(json(patch));
    assertThat(MergePatch.apply(json(from), found)).isEqualTo(json(to));
  }
}
