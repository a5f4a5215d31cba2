package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderTest {

  @ParameterizedTest
  @ValueSource(ints = {-1, 65536})
  void refusesProtoOutOfRange(int proto) {
    // Then
    assertThatIllegalArgumentException().isThrownBy(() -> Header.of(proto, "x"));
  }

  @Test
  void takesEmptySidForNone() {
    // When
    Header header = Header.of(1, "x").withSid("");

    // Then
    assertThat(header.sid()).isEqualTo(Optional.empty());
  }

  @Test
  void readsPropsByKind() {
    // Given
    Header header = Header.of(1, "x").withProp("t", Value.of("a")).withProp("n", Value.of(7));

    // Then
    assertThat(header.textProp("t")).contains("a");
    assertThat(header.textProp("n")).isEmpty();
    assertThat(header.longProp("n")).hasValue(7);
    assertThat(header.longProp("t")).isEmpty();
    assertThat(header.longProp("absent")).isEmpty();
    assertThat(header.prop("absent")).isEmpty();
  }

  @Test
  void setsAndRemovesPropsInPlace() {
    // Given
    Header header = Header.of(1, "x").withProp("a", Value.of(1)).withProp("b", Value.of(2));

    // When
    Header changed = header.withProp("a", Value.of(3)).withoutProp("b").withProp("c", Value.of(4));

    // Then
    assertThat(changed.props()).containsOnlyKeys("a", "c").containsEntry("a", Value.of(3));
    assertThat(header.props()).containsOnlyKeys("a", "b");
  }

  @Test
  void takesJsonForTheTypeOfBodyUnlessToldOtherwise() {
    // Given
    Message message = Messages.telemetry(Body.EMPTY);

    // Then
    assertThat(message.contentType()).isEqualTo("application/json");
    assertThat(message.withContentType("text/plain").contentType()).isEqualTo("text/plain");
  }
}
