package dev.fairlead.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.ResultStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SetIntervalHandlerTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private final List<Duration> set = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 86_400})
  void setsTheInterval(long seconds) {
    // When
    Outcome outcome =
        new SetIntervalHandler(set::add).run(Body.utf8("{\"seconds\":" + seconds + "}"), MINUTE);

    // Then
    assertThat(outcome.status()).isEqualTo(ResultStatus.SUCCEEDED);
    assertThat(set).containsExactly(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "5", "{}", "{\"seconds\":0}", "{\"seconds\":86401}", "{\"seconds\":\"5\"}"})
  void rejectsWhatIsNoInterval(String body) {
    // When
    Outcome outcome = new SetIntervalHandler(set::add).run(Body.utf8(body), MINUTE);

    // Then
    assertThat(outcome.status()).isEqualTo(ResultStatus.REJECTED);
    assertThat(set).isEmpty();
  }

  @Test
  void failsIfTheIntervalCannotBeKept() {
    // Given
    SetIntervalHandler handler =
        new SetIntervalHandler(
            _ -> {
              throw new IOException("disk full");
            });

    // When
    Outcome outcome = handler.run(Body.utf8("{\"seconds\":5}"), MINUTE);

    // Then
    assertThat(outcome).isEqualTo(Outcome.failed("the interval cannot be kept: disk full"));
  }
}
