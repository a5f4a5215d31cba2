package dev.fairlead.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.internals.Exit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BrokerFaultsTest {
  private final List<String> heard = new ArrayList<>();
  private final BrokerFaults faults = BrokerFaults.listen(heard::add);

  @AfterEach
  void stopListening() {
    faults.close();
  }

  @Test
  void tellsOnceOfFaultInsteadOfEndingJvm() {
    // Given
    faults.started();

    // When
    Exit.halt(1, "disk gone");
    Exit.exit(1);

    // Then
    assertThat(heard)
        .containsExactly("The embedded Kafka broker has failed and cannot go on: disk gone");
  }

  @Test
  void takesFaultBeforeEndOfStartForFailedStart() {
    // Given
    Exit.halt(1);

    // When
    boolean started = faults.started();

    // Then
    assertThat(started).isFalse();
    assertThat(heard).isEmpty();
  }

  @Test
  void ignoresFaultAfterClose() {
    // Given
    faults.started();
    faults.close();

    // When
    Exit.halt(1);

    // Then
    assertThat(heard).isEmpty();
  }
}
