package dev.fairlead.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
  private record Sample(
      String name, Instant at, Duration took, Optional<String> note, List<Integer> counts) {}

  private record Counter(int count, List<Counter> inner) {}

  @Test
  void writesTimesAsTextAndReadsThemBack() {
    // Given
    Sample sample =
        new Sample(
            "a",
            Instant.parse("2026-01-02T03:04:05.678Z"),
            Duration.ofSeconds(90),
            Optional.empty(),
            List.of(1, 2));

    // When
    String json = new String(Json.write(sample), UTF_8);

    // Then
    assertThat(json)
        .isEqualTo(
            """
            {"name":"a","at":"2026-01-02T03:04:05.678Z","took":"PT1M30S","note":null,"counts":[1,2]}""");
    assertThat(Json.read(json.getBytes(UTF_8), Sample.class)).isEqualTo(sample);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"count\":1,\"other\":2}|/other",
        "{\"count\":null}|/count",
        "{\"inner\":[{\"count\":1},{\"count\":\"x\"}],\"count\":1}|/inner/1/count",
        "null|''",
      })
  void saysWhereBodyDoesNotFit(String json, String pointer) {
    // Then
    assertThatThrownBy(() -> Json.read(json.getBytes(UTF_8), Counter.class))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().type()).isEqualTo(ProblemType.VALIDATION_FAILED);
              assertThat(String.valueOf(e.problem().extensions().get("errors")))
                  .contains("pointer=" + pointer);
            });
  }
}
