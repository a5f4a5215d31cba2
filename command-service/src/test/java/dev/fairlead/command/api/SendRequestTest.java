package dev.fairlead.command.api;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SendRequestTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"b\": 1,   \"a\" : [1, 2.50, 1e3] }",
        "[ ]",
        "[[1],{\"x\":\"}\"}]",
        "\"text with \\\" and \\u00e9 and é\"",
        "\"\"",
        "12345678901234567890.123456789000",
        "0",
        "-1.50",
        "true",
        "false"
      })
  void keepsTheBodyByteForByte(String value) {
    // Given
    byte[] between =
        ("{\"kind\":\"k\",\"body\" : " + value + " ,\"deadline\":\"30s\"}").getBytes(UTF_8);
    byte[] last = ("{\"kind\":\"k\",\"body\":" + value + "}").getBytes(UTF_8);

    // When
    SendRequest first = SendRequest.read(between);
    SendRequest second = SendRequest.read(last);

    // Then
    assertThat(new String(first.body().orElseThrow().bytes(), UTF_8)).isEqualTo(value);
    assertThat(new String(second.body().orElseThrow().bytes(), UTF_8)).isEqualTo(value);
    assertThat(first.deadline()).contains("30s");
  }

  @Test
  void takesNullForNoBody() {
    // Given
    byte[] document = "{\"kind\":\"ping\",\"body\":null}".getBytes(UTF_8);

    // When
    SendRequest request = SendRequest.read(document);

    // Then
    assertThat(request.kind()).isEqualTo("ping");
    assertThat(request.body()).isEmpty();
    assertThat(request.deadline()).isEmpty();
  }

  @Test
  void writesTheBodyOfAnotherEncodingInUtf8() {
    // Given
    byte[] document = "{\"kind\":\"k\",\"body\":{\"a\":\"é\"}}".getBytes(UTF_16BE);

    // When
    SendRequest request = SendRequest.read(document);

    // Then
    assertThat(new String(request.body().orElseThrow().bytes(), UTF_8)).isEqualTo("{\"a\":\"é\"}");
  }
}
