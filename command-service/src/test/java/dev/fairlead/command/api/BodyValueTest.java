package dev.fairlead.command.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.runtime.http.Json;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyValueTest {

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": 1.50}", "[]", "\"x\"", "12", " true "})
  void showsJsonAsItCame(String json) {
    // Given
    Payload payload = new Payload(Payload.JSON, json.getBytes(UTF_8));

    // When
    BodyValue value = BodyValue.of(payload);

    // Then
    assertThat(value.enc()).isEmpty();
    assertThat(new String(Json.write(List.of(value.value())), UTF_8)).isEqualTo("[" + json + "]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{", "{}{}", "1,\"injected\":2", "nul", "\"open"})
  void showsWhatOnlyClaimsToBeJsonAsBase64(String text) {
    // Given
    Payload payload = new Payload(Payload.JSON, text.getBytes(UTF_8));

    // When
    BodyValue value = BodyValue.of(payload);

    // Then
    assertThat(value.enc()).contains("base64");
    assertThat(value.value()).isEqualTo(Base64.getEncoder().encodeToString(text.getBytes(UTF_8)));
  }

  @Test
  void showsNestingBeyondTheBoundAsBase64() {
    // Given
    Payload payload =
        new Payload(Payload.JSON, ("[".repeat(1000) + "]".repeat(1000)).getBytes(UTF_8));

    // When
    BodyValue value = BodyValue.of(payload);

    // Then
    assertThat(value.enc()).contains("base64");
  }

  @Test
  void showsBytesThatAreNotUtf8AsBase64() {
    // Given
    Payload payload = new Payload(Payload.JSON, new byte[] {'"', (byte) 0xff, '"'});

    // When
    BodyValue value = BodyValue.of(payload);

    // Then
    assertThat(value.value()).isEqualTo("Iv8i");
  }
}
