package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ValueTest {

  @ParameterizedTest
  @CsvSource({
    "0, POSITIVE_FIXINT",
    "127, POSITIVE_FIXINT",
    "128, UINT8",
    "255, UINT8",
    "256, UINT16",
    "65535, UINT16",
    "65536, UINT32",
    "4294967295, UINT32",
    "4294967296, UINT64",
    "9223372036854775807, UINT64",
    "-1, NEGATIVE_FIXINT",
    "-32, NEGATIVE_FIXINT",
    "-33, INT8",
    "-128, INT8",
    "-129, INT16",
    "-32768, INT16",
    "-32769, INT32",
    "-2147483648, INT32",
    "-2147483649, INT64",
    "-9223372036854775808, INT64"
  })
  void picksTheShortestFormat(long number, IntFormat format) {
    // When
    Value value = Value.of(number);

    // Then
    assertThat(value).isEqualTo(new Value.Int(number, format));
    assertThat(value.asLong()).hasValue(number);
  }

  @ParameterizedTest
  @EnumSource(
      value = IntFormat.class,
      names = {"UINT64", "INT64"},
      mode = EnumSource.Mode.EXCLUDE)
  void refusesNumbersThatTheirFormatCannotCarry(IntFormat format) {
    // Given
    long tooGreat = 0x1_0000_0000L;

    // Then
    assertThatIllegalArgumentException().isThrownBy(() -> new Value.Int(tooGreat, format));
    assertThatIllegalArgumentException().isThrownBy(() -> new Value.Int(-tooGreat, format));
  }

  @Test
  void keepsTheFormatApart() {
    // When
    Value wide = Value.int64(0);

    // Then
    assertThat(wide).isNotEqualTo(Value.of(0)).isEqualTo(new Value.Int(0, IntFormat.INT64));
  }

  @Test
  void readsGreatUnsignedNumbersAsDoubleAlone() {
    // When
    Value greatest = new Value.Int(-1, IntFormat.UINT64);

    // Then
    assertThat(greatest.asLong()).isEmpty();
    assertThat(greatest.asDouble()).hasValue(0x1p64);
  }

  @Test
  void readsValuesAsWhatTheyAreAndNothingElse() {
    // Given
    Body content = Body.utf8("x");

    // Then
    assertThat(Value.of(true).asBool()).contains(true);
    assertThat(Value.of("a").asText()).contains("a");
    assertThat(Value.of(1.5).asDouble()).hasValue(1.5);
    assertThat(Value.of(3).asDouble()).hasValue(3.0);
    assertThat(Value.of(content).asBytes()).contains(content);
    assertThat(Value.of(List.of(Value.ofNull())).asList()).contains(List.of(Value.ofNull()));
    assertThat(Value.of(Map.of("k", Value.of(1))).asMap()).contains(Map.of("k", Value.of(1)));
    assertThat(Value.of("1").asLong()).isEmpty();
    assertThat(Value.of(1).asText()).isEqualTo(Optional.empty());
    assertThat(Value.ofNull().asDouble()).isEmpty();
  }

  @Test
  void copiesWhatIsMutable() {
    // Given
    List<Value> items = new ArrayList<>(List.of(Value.of(1)));
    Map<String, Value> entries = new LinkedHashMap<>(Map.of("a", Value.of(1)));
    Value list = Value.of(items);
    Value map = Value.of(entries);

    // When
    items.clear();
    entries.clear();

    // Then
    assertThat(list.asList().orElseThrow()).hasSize(1);
    assertThat(map.asMap().orElseThrow()).hasSize(1);
    assertThatThrownBy(() -> map.asMap().orElseThrow().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void keepsTheOrderOfMaps() {
    // Given
    Map<String, Value> entries = new LinkedHashMap<>();
    for (int i = 20; i > 0; i--) {
      entries.put("k" + i, Value.of(i));
    }

    // When
    Value map = Value.of(entries);

    // Then
    assertThat(map.asMap().orElseThrow().keySet()).containsExactlyElementsOf(entries.keySet());
  }

  @Test
  void refusesWhatNoWireCanCarry() {
    // Given
    String lone = "a\udc00";

    // Then
    assertThatIllegalArgumentException().isThrownBy(() -> Value.of(lone));
    assertThatIllegalArgumentException().isThrownBy(() -> Value.of(Map.of(lone, Value.of(1))));
    assertThatIllegalArgumentException().isThrownBy(() -> Header.of(1, lone));
    assertThatIllegalArgumentException().isThrownBy(() -> Header.of(1, "x").withSid(lone));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Header.of(1, "x").withProp(lone, Value.of(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> new Value.Float(0.1, true));
  }
}
