package dev.fairlead.command.api;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kind\":\"k\",\"enc\":\"base64\",\"body\":\"AP8Q\",\"contentType\":\"image/png\"}",
        "{\"contentType\":\"image/png\",\"body\":\"AP8Q\",\"enc\":\"base64\",\"kind\":\"k\"}"
      })
  void readsBytes(String document) {
    // When
    SendRequest request = SendRequest.read(document.getBytes(UTF_8));

    // Then
    assertThat(request.body())
        .contains(new Payload("image/png", new byte[] {0, (byte) 0xff, 0x10}));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kind\":\"k\",\"enc\":\"base64\",\"body\":\"!\"}",
        "{\"kind\":\"k\",\"enc\":\"base64\",\"body\":[1]}",
        "{\"kind\":\"k\",\"enc\":\"base64\"}",
        "{\"kind\":\"k\",\"body\":1,\"contentType\":\"image/png\"}"
      })
  void refusesBytesThatAreNone(String document) {
    // When
    ThrowingCallable reading = () -> SendRequest.read(document.getBytes(UTF_8));

    // Then
    assertThatThrownBy(reading)
        .isInstanceOfSatisfying(
            ProblemException.class,
            problem ->
                assertThat(problem.problem().type()).isEqualTo(ProblemType.VALIDATION_FAILED));
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
    assertThat(request.notifying()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readsWhetherToTellTheEnd(boolean asked) {
    // Given
    byte[] document = ("{\"notify\":" + asked + ",\"kind\":\"ping\"}").getBytes(UTF_8);

    // When
    SendRequest request = SendRequest.read(document);

    // Then
    assertThat(request.notifying()).isEqualTo(asked);
  }

  @Test
  void refusesABodyInAnotherEncodingThanUtf8() {
    // Given
    byte[] document = "{\"kind\":\"k\",\"body\":{\"a\":\"é\"}}".getBytes(UTF_16BE);

    // When
    ThrowingCallable reading = () -> SendRequest.read(document);

    // Then
    assertThatThrownBy(reading).hasMessageContaining("malformed-json");
  }
}
