package dev.fairlead.agent.twin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Value;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentsTest {

  private static Map<String, Value> json(String text) {
    return Json.readObject(Body.utf8(text)).orElseThrow();
  }

  /// Examples of RFC 7396, appendix A, whose target and patch are objects, among others.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":\"b\"} | {\"a\":\"c\"} | {\"a\":\"c\"}",
        "{\"a\":\"b\",\"b\":\"c\"} | {\"a\":null} | {\"b\":\"c\"}",
        "{\"a\":[\"b\"]} | {\"a\":\"c\"} | {\"a\":\"c\"}",
        "{\"a\":\"c\"} | {\"a\":{\"b\":null,\"c\":1}} | {\"a\":{\"c\":1}}",
        "{\"a\":{\"b\":\"c\"}} | {\"a\":{\"b\":\"d\",\"c\":null}} | {\"a\":{\"b\":\"d\"}}",
        "{} | {\"a\":{\"bb\":{\"ccc\":null}}} | {\"a\":{\"bb\":{}}}"
      })
  void mergesAsTheStandardSays(String document, String patch, String result) {
    // When
    Map<String, Value> patched = Documents.patched(json(document), json(patch));

    // Then
    assertThat(patched).isEqualTo(json(result));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1,\"b\":2} | {\"b\":3} | {\"a\":null,\"b\":3}",
        "{\"a\":{\"b\":1,\"c\":2}} | {\"a\":{\"b\":1,\"c\":3}} | {\"a\":{\"c\":3}}",
        "{\"a\":{\"b\":1}} | {\"a\":{}} | {\"a\":{\"b\":null}}",
        "{\"a\":1} | {\"a\":{\"b\":[1]}} | {\"a\":{\"b\":[1]}}",
        "{\"a\":1} | {\"a\":1} | {}"
      })
  void findsThePatchBetweenTwoDocuments(String from, String to, String patch) {
    // When
    Map<String, Value> found = Documents.between(json(from), json(to));

    // Then
    assertThat(found).isEqualTo(json(patch));
    assertThat(Documents.patched(json(from), found)).isEqualTo(json(to));
  }
}
